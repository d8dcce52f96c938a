import { BuildpacksError } from '../../errors/index.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { optional } from '../../json/json.ts';
import { formatSize } from '../../log/size.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import { type Digest, formatRepository, type Repository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { blobFile } from '../content/bundle-files.ts';
import type { CheckedBundle } from './check-bundle.ts';
import { type Destination, relocated } from './destination.ts';

/** A blob, and the repositories that are to have it. */
export interface BlobPlan {
  readonly descriptor: Descriptor;
  /** Those that lack it. */
  readonly missing: readonly Repository[];
  /** One that has it already. */
  readonly from?: Repository;
}

export interface PushPlan {
  readonly blobs: readonly BlobPlan[];
  /** Bytes that the registry has already, counted once for each repository. */
  readonly present: number;
  /** Foreign layers that nobody brought: they stay where their manifest says. */
  readonly absent: readonly Descriptor[];
}

/** Questions in flight. */
const AT_ONCE = 12;

/**
 * Asks the registry what it has.
 *
 * @throws BuildpacksError `image` when neither the bundle nor the registry has a blob: an earlier bundle has not been loaded
 */
export async function planPush(
  bundle: CheckedBundle,
  destination: Destination,
  registry: Pick<RegistryClient, 'hasBlob'>,
): Promise<PushPlan> {
  const wanted = wantedBlobs(bundle, destination);
  const earlier = new Map(
    bundle.facts.since?.blobs.map((blob) => [blob.digest, relocated(blob.repository, destination)]),
  );
  const holders = await findHolders(wanted, registry);
  const blobs = await mapInParallel(wanted, AT_ONCE, async ({ descriptor, repositories }): Promise<BlobPlan> => {
    const { digest } = descriptor;
    const missing = repositories.filter((repository) => holders.get(digest)?.has(repository) !== true);
    const [has] = holders.get(digest) ?? [];
    const other = has === undefined ? earlier.get(digest) : undefined;
    const from = has ?? (other !== undefined && (await registry.hasBlob(other, digest)) ? other : undefined);
    return { descriptor, missing, ...optional('from', from) };
  });
  requireComplete(blobs, bundle, earlier);
  const all = wanted.reduce((sum, { descriptor, repositories }) => sum + descriptor.size * repositories.length, 0);
  const lacking = blobs.reduce((sum, { descriptor, missing }) => sum + descriptor.size * missing.length, 0);
  return { blobs, present: all - lacking, absent: absentBlobs(bundle) };
}

interface WantedBlob {
  readonly descriptor: Descriptor;
  readonly repositories: readonly Repository[];
}

/** Which of its repositories have each blob, in their order. The empty configuration of attachments is wanted in nearly all of them. */
async function findHolders(
  wanted: readonly WantedBlob[],
  registry: Pick<RegistryClient, 'hasBlob'>,
): Promise<ReadonlyMap<Digest, ReadonlySet<Repository>>> {
  const pairs = wanted.flatMap(({ descriptor: { digest }, repositories }) =>
    repositories.map((repository) => ({ digest, repository })),
  );
  const there = await mapInParallel(pairs, AT_ONCE, ({ digest, repository }) => registry.hasBlob(repository, digest));
  const holders = new Map(wanted.map(({ descriptor: { digest } }) => [digest, new Set<Repository>()]));
  for (const [index, { digest, repository }] of pairs.entries()) {
    if (there[index] === true) holders.get(digest)?.add(repository);
  }
  return holders;
}

function absentBlobs(bundle: CheckedBundle): readonly Descriptor[] {
  const isBrought = broughtBy(bundle);
  const blobs = [...bundle.images, ...bundle.attachments].flatMap(({ tree }) => tree.blobs);
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()].filter(({ digest }) => !isBrought(digest));
}

/** By this bundle, or by an earlier one. */
function broughtBy({ source, facts }: CheckedBundle): (digest: Digest) => boolean {
  const omitted = new Set(facts.since?.blobs.map(({ digest }) => digest));
  return (digest) => source.files.has(blobFile(digest)) || omitted.has(digest);
}

function wantedBlobs(bundle: CheckedBundle, destination: Destination): readonly WantedBlob[] {
  const isBrought = broughtBy(bundle);
  const wanted = new Map<Digest, { readonly descriptor: Descriptor; readonly places: Map<string, Repository> }>();
  for (const { reference, tree } of [...bundle.images, ...bundle.attachments]) {
    const repository = relocated(reference.repository, destination);
    for (const descriptor of tree.blobs) {
      if (!isBrought(descriptor.digest)) continue;
      const known = wanted.get(descriptor.digest) ?? { descriptor, places: new Map() };
      known.places.set(formatRepository(repository), repository);
      wanted.set(descriptor.digest, known);
    }
  }
  return [...wanted.values()].map(({ descriptor, places }) => ({ descriptor, repositories: [...places.values()] }));
}

function requireComplete(
  blobs: readonly BlobPlan[],
  { source, facts }: CheckedBundle,
  earlier: ReadonlyMap<Digest, Repository>,
): void {
  const lost = blobs.filter(({ descriptor, missing, from }) => {
    return missing.length > 0 && from === undefined && !source.files.has(blobFile(descriptor.digest));
  });
  const [first] = lost;
  if (first === undefined) return;
  const { digest, size } = first.descriptor;
  const place = earlier.get(digest);
  const others = lost.length > 1 ? `, and so are ${lost.length - 1} more` : '';
  throw new BuildpacksError(
    'image',
    `the blob ${digest} (${formatSize(size)}) is in an earlier bundle, and not on the registry${place === undefined ? '' : ` in ${formatRepository(place)}`}${others}; nothing was pushed`,
    {
      hint: `Load the bundle of the lock ${facts.since?.lock ?? ''} first, made for the same platforms, or make one without --since. bundle and load print a lock's digest; of the file, sha256sum does.`,
    },
  );
}
