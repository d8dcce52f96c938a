import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import { optional } from '../../json/json.ts';
import type { Ports } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';
import { BuildCaches } from '../cache/build-caches.ts';
import { cachesOf, fileOwner } from '../make-plan.ts';
import type { Owner } from './app.ts';
import type { ResolvedBuilder } from './builder.ts';
import type { ResolveContext } from './prepare.ts';
import { previousCandidates } from './previous-image.ts';

/** What PREPARE has found of layer caches. */
export interface FoundCaches {
  readonly caches?: BuildCaches;
  /** Of the build that saved the cache. */
  readonly image?: Digest;
}

/** Reads the index of the layer cache; nothing but an abort makes it fail. */
export async function findCaches(
  request: CompleteRequest,
  builder: ResolvedBuilder,
  { registry, ports }: ResolveContext,
): Promise<FoundCaches> {
  const plan = cachesOf(request, builder);
  if (plan === undefined) return {};
  const { verifyKeys } = request.cache;
  const digest = builder.provided.image.raw.digest;
  const caches = new BuildCaches(plan, {
    builder: digest,
    verifyKeys,
    registry,
    clock: ports.clock,
    ...optional('hostStores', ports.cacheStores),
  });
  return { caches, ...optional('image', await caches.find(ports)) };
}

/** Brings back what was found, while the rest of PREPARE goes on. */
export async function restoreCaches(
  request: CompleteRequest,
  { resolving, finding }: CachesUnderWay,
  { cache }: BuildDirectory,
  ports: Ports,
): Promise<void> {
  const owner = ownerFor(request, await resolving, ports);
  await (await finding).caches?.fill(cache, owner, ports);
}

/** What the layer cache waits for, and what waits for it. */
export interface CachesUnderWay {
  readonly resolving: Promise<ResolvedBuilder>;
  readonly finding: Promise<FoundCaches>;
}

/**
 * Where the previous image may be: what the last build with this cache made, then the tags. Where caches are signed no tag counts: who may
 * move one must not be able to have layers reused.
 */
export async function previousReferences(
  request: CompleteRequest,
  finding: Promise<FoundCaches>,
): Promise<readonly ImageReference[]> {
  const { previousImage, cache, destinations, publish } = request;
  if (previousImage.kind === 'image') return [previousImage.reference];
  const [main] = destinations;
  if (previousImage.kind === 'none' || cache.clear || !publish || main === undefined) return [];
  const knowsImages = cache.stores.some(({ kind }) => kind !== 'local');
  const { image }: FoundCaches = knowsImages ? await finding : {};
  const recorded = image === undefined ? [] : [{ kind: 'digest' as const, repository: main.repository, digest: image }];
  return cache.verifyKeys.length > 0 ? recorded : [...recorded, ...previousCandidates(destinations)];
}

/** Only root can give files away; without it the engine sets owners while it copies. */
function ownerFor(request: CompleteRequest, builder: ResolvedBuilder, { machine }: Ports): Owner | undefined {
  return machine.uid === 0 ? fileOwner(request, builder) : undefined;
}
