import type { Credentials } from '../auth/types.ts';
import type { MirrorRules } from '../mirrors/index.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import { direct } from './attempts.ts';
import { readBlobRange } from './blob-range.ts';
import { blobSize, blobTask, hasBlob } from './download.ts';
import { listRepositories } from './catalog.ts';
import { Endpoints } from './endpoints.ts';
import { deleteManifest, getManifest, headManifest, putManifest } from './manifests.ts';
import { mountBlob } from './mount.ts';
import { createReader } from './reader.ts';
import { listReferrers } from './referrers.ts';
import { RetryNotices } from './retry-notices.ts';
import { RETRY_POLICY, type RetryPolicy } from './retry.ts';
import { listTags } from './tags.ts';
import { TrafficCounter } from './traffic.ts';
import { Transport } from './transport.ts';
import type { RegistryClient } from './types.ts';
import { checkPush, uploadBlob } from './upload.ts';
import { Wire } from './wire.ts';
import { withinReach } from './within-reach.ts';

export interface RegistryClientOptions {
  readonly network: Network;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborting it ends every request; the calls then fail with `cancelled`. */
  readonly signal: AbortSignal;
  /** Where images are read from; absent: from their own registries. Nothing is written to a mirror. */
  readonly mirrors?: MirrorRules;
  readonly retry?: RetryPolicy;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
  readonly userAgent?: string;
}

const NO_RULES: MirrorRules = { rules: [], notices: [] };

/**
 * One client for all registries of a run. It remembers how each one authenticates and the tokens it gave, so share it;
 * parallel calls are safe.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { network, credentials, clock, log, signal } = options;
  const {
    mirrors = NO_RULES,
    retry: policy = RETRY_POLICY,
    random = Math.random,
    userAgent = 'buildpacks-ci',
  } = options;
  const traffic = new TrafficCounter();
  const wire = new Wire({ network, clock, log, traffic, signal, userAgent });
  const retry = { policy, clock, notices: new RetryNotices({ log, clock }), signal, random };
  const transport = new Transport({ wire, network, credentials, clock, log, retry });

  const endpoints = new Endpoints(withinReach(mirrors, network.reach), log);

  return {
    ...createReader(transport, endpoints),
    headManifest: (reference) => headManifest(transport, direct(reference)),
    hasBlob: (repository, digest) => hasBlob(transport, direct({ kind: 'digest', repository, digest }), digest),
    mountBlob: async (repository, digest, from) => {
      const { endpoint } = endpoints.forBlob(from, digest, blobTask(from, digest)).turn;
      return mountBlob(transport, repository, digest, endpoint.reference.repository);
    },
    uploadBlob: (repository, descriptor, open) => uploadBlob(transport, repository, descriptor, open),
    putManifest: (repository, name, manifest) => putManifest(transport, repository, name, manifest),
    checkPush: (repository) => checkPush(transport, repository),
    ownManifest: (reference) => getManifest(transport, direct(reference)),
    blobSize: (repository, digest) => blobSize(transport, direct({ kind: 'digest', repository, digest }), digest),
    readBlobRange: (range, signal) => readBlobRange(transport, range, signal),
    ownReferrers: (repository, digest) =>
      listReferrers(transport, direct({ kind: 'digest', repository, digest }), digest),
    tags: (repository, signal) => listTags(transport, repository, signal),
    repositories: (prefix, signal) => listRepositories(transport, prefix, signal),
    deleteManifest: (repository, digest) => deleteManifest(transport, repository, digest),
    traffic: () => traffic.snapshot(),
  };
}
