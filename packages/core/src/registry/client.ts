import type { Credentials } from '../auth/types.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import { hasBlob, readBlob } from './download.ts';
import { getManifest, headManifest, putManifest, resolveManifest } from './manifests.ts';
import { RETRY_POLICY, type RetryPolicy } from './retry.ts';
import { repositorySource } from './source.ts';
import { TrafficCounter } from './traffic.ts';
import { Transport } from './transport.ts';
import type { RegistryClient } from './types.ts';
import { checkPush, mountBlob, uploadBlob } from './upload.ts';
import { Wire } from './wire.ts';

export interface RegistryClientOptions {
  readonly network: Network;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborting it ends every request; the calls then fail with `cancelled`. */
  readonly signal: AbortSignal;
  readonly retry?: RetryPolicy;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
  readonly userAgent?: string;
}

/**
 * One client for all registries of a run. It remembers how each one authenticates and the tokens it gave, so share it;
 * parallel calls are safe.
 */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { network, credentials, clock, log, signal } = options;
  const { retry: policy = RETRY_POLICY, random = Math.random, userAgent = 'buildpacks-ci' } = options;
  const traffic = new TrafficCounter();
  const wire = new Wire({ network, log, traffic, signal, userAgent });
  const retry = { policy, clock, log, signal, random };
  const transport = new Transport({ wire, network, credentials, clock, log, retry });

  const client: Omit<RegistryClient, 'source'> = {
    manifest: (reference) => getManifest(transport, reference),
    headManifest: (reference) => headManifest(transport, reference),
    resolve: (reference, platform) => resolveManifest(transport, reference, platform),
    hasBlob: (repository, digest) => hasBlob(transport, repository, digest),
    readBlob: (repository, descriptor) => readBlob(transport, repository, descriptor),
    mountBlob: (repository, digest, from) => mountBlob(transport, repository, digest, from),
    uploadBlob: (repository, descriptor, open) => uploadBlob(transport, repository, descriptor, open),
    putManifest: (repository, name, manifest) => putManifest(transport, repository, name, manifest),
    checkPush: (repository) => checkPush(transport, repository),
    traffic: () => traffic.snapshot(),
  };
  return { ...client, source: (repository) => repositorySource(client, repository) };
}
