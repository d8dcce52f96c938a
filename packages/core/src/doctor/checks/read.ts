import type { ExplainedCredentials } from '../../auth/index.ts';
import { type ResolvedBuilder, resolveBuilder, readNamedImage } from '../../build/prepare/builder.ts';
import type { Platform } from '../../image/manifest.ts';
import { formatPlatform } from '../../image/platform.ts';
import { type Image, readImage } from '../../image/source.ts';
import type { BuilderSource, ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import type { LockInUse } from '../../lock/locked-images.ts';
import type { Endpoint } from '../../mirrors/index.ts';
import { familiarReference, hexOf } from '../../reference/index.ts';
import { createRegistryClient } from '../../registry/index.ts';
import { onlyEndpoint } from './one-endpoint.ts';
import type { Success, Trial, TrialMeans } from './trial.ts';

/** What reads need beside the network. */
export interface ReadMeans {
  readonly platform: Platform;
  readonly connection: ConnectionInputs;
  readonly credentials: ExplainedCredentials;
  /** A locked build has its builder from a registry only. */
  readonly lock?: LockInUse;
}

/** One more try: a check is to tell what is wrong, not to wait until it is over. */
const RETRY = { attempts: 2, delay: 500, maxDelay: 2000, maxTotal: 4000 };

/** Reads the manifest and configuration of the builder, and what its labels say. */
export function builderTrial(builder: BuilderSource, means: ReadMeans, endpoint?: Endpoint): Trial<ResolvedBuilder> {
  return {
    what: 'read',
    subject: nameOf(builder),
    act: async (trial) => {
      const found = await resolveBuilder({ ...means, builder }, clientOf(trial, means, endpoint), trial.ports);
      return { ...describeRead(found.provided.image, trial), found };
    },
  };
}

/** Reads the manifest and configuration of an image that a build needs. */
export function imageTrial(endpoint: Endpoint, input: 'run-image' | 'buildpacks', means: ReadMeans): Trial<Image> {
  const { reference } = endpoint;
  return {
    what: 'read',
    subject: familiarReference(reference),
    act: async (trial) => {
      const image = await readNamedImage(reference, means.platform, clientOf(trial, means, endpoint), input);
      return { ...describeRead(image, trial), found: image };
    },
  };
}

/** Reads the image of an earlier build; that there is none is usual. */
export function previousTrial(endpoint: Endpoint, means: ReadMeans): Trial<Image | undefined> {
  const { reference } = endpoint;
  return {
    what: 'read',
    subject: familiarReference(reference),
    act: async (trial) => {
      const client = clientOf(trial, means, endpoint);
      const found = await client.resolve(reference, means.platform);
      if (found === undefined) return { message: 'may be read; no image is there yet', found: undefined };
      const image = await readImage(client.source(reference.repository), found.manifest);
      return { ...describeRead(image, trial), found: image };
    },
  };
}

/** @param endpoint the only one that is asked; absent: nobody but the registries themselves */
export function clientOf({ ports }: TrialMeans, { credentials }: Pick<ReadMeans, 'credentials'>, endpoint?: Endpoint) {
  const { network, clock, log, signal } = ports;
  const mirrors = endpoint && onlyEndpoint(endpoint);
  return createRegistryClient({
    network,
    credentials,
    clock,
    log,
    signal,
    retry: RETRY,
    ...optional('mirrors', mirrors),
  });
}

function nameOf(builder: BuilderSource): string {
  switch (builder.kind) {
    case 'registry':
      return familiarReference(builder.reference);
    case 'engine':
      return `docker://${builder.name}`;
    case 'layout':
      return `oci:${builder.path}`;
  }
}

function describeRead({ raw, config }: Image, { record }: TrialMeans): Omit<Success<unknown>, 'found'> {
  const { os, architecture } = config;
  const storage = record.urls.at(-1)?.origin;
  const elsewhere = storage !== undefined && storage !== record.urls[0]?.origin ? `, content from ${storage}` : '';
  return {
    message: `sha256:${hexOf(raw.digest).slice(0, 12)} for ${formatPlatform({ os, architecture })}${elsewhere}`,
  };
}
