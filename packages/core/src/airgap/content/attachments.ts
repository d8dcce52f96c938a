import { BuildpacksError } from '../../errors/index.ts';
import { type Descriptor, parseIndex, type RawManifest } from '../../image/manifest.ts';
import { isIndexType, isManifestType } from '../../image/media-types.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import { type Digest, formatReference, hexOf, type ImageReference, type Repository } from '../../reference/index.ts';
import { MAX_REFERRERS, type RegistryReader } from '../../registry/index.ts';
import { type NamedTree, walkImage } from './image-tree.ts';
import { EVERY_PLATFORM } from './platform-choice.ts';

/** The endings of the tags under which cosign 1 and 2 keep what belongs to a manifest. */
const COSIGN_ENDINGS = ['sig', 'att', 'sbom'] as const;
/** A bill of materials may have a signature, and that a timestamp; nothing goes deeper. */
const MAX_DEPTH = 4;
/** Manifests that are asked about at once. */
const AT_ONCE = 6;
/** Of an image, with what is attached to what is attached: their number, and their bytes, which are kept in memory. */
const MAX_FOUND = { count: 10_000, bytes: 64 * 1024 * 1024 } as const;

/** The tag under which registries without the API of referrers have the index of them (distribution specification 1.1). */
export function fallbackTag(digest: Digest): string {
  return `sha256-${hexOf(digest)}`;
}

/**
 * Everything that is attached to these manifests, and to what is attached: referrers, by the registry's API or the index under the
 * fallback tag, and cosign's tags.
 *
 * @throws BuildpacksError `image` when it is more than anyone attaches
 */
export async function findAttachments(
  repository: Repository,
  manifests: readonly RawManifest[],
  registry: RegistryReader,
): Promise<readonly NamedTree[]> {
  const reader = boundedReader(registry);
  const seen = new Set<Digest>(manifests.map(({ digest }) => digest));
  const attachments: NamedTree[] = [];
  let subjects: readonly RawManifest[] = manifests;
  for (let depth = 0; depth < MAX_DEPTH && subjects.length > 0; depth++) {
    const found = (await mapInParallel(subjects, AT_ONCE, (subject) => attachedTo(subject, repository, reader))).flat();
    attachments.push(...found);
    const fresh = found.flatMap(({ tree }) => tree.manifests).filter(({ digest }) => !seen.has(digest));
    fresh.forEach(({ digest }) => seen.add(digest));
    subjects = [...new Map(fresh.map((raw) => [raw.digest, raw])).values()];
  }
  return attachments;
}

type ManifestReader = Pick<RegistryReader, 'referrers' | 'manifest'>;

/**
 * Refuses when more is found than anyone attaches. It asks for each manifest once: what a list of referrers names is in the list itself and
 * attached on its own.
 */
function boundedReader(registry: RegistryReader): ManifestReader {
  const answers = new Map<string, Promise<RawManifest | undefined>>();
  const found = { count: 0, bytes: 0 };
  const read = async (reference: ImageReference): Promise<RawManifest | undefined> => {
    const raw = await registry.attached(reference);
    if (raw === undefined) return undefined;
    found.count += 1;
    found.bytes += raw.bytes.length;
    if (found.count > MAX_FOUND.count || found.bytes > MAX_FOUND.bytes) throw tooMany(reference.repository);
    return raw;
  };
  return {
    referrers: (repository, digest) => registry.referrers(repository, digest),
    manifest: (reference) => {
      const name = formatReference(reference);
      const answer = answers.get(name) ?? read(reference);
      answers.set(name, answer);
      return answer;
    },
  };
}

function tooMany({ registry, path }: Repository): BuildpacksError {
  return new BuildpacksError('image', `more is attached to an image of ${registry}/${path} than can be taken along`, {
    hint: `The most are ${MAX_REFERRERS} for a manifest. Look at what its registry lists as referrers.`,
  });
}

async function attachedTo(
  { digest }: RawManifest,
  repository: Repository,
  registry: ManifestReader,
): Promise<readonly NamedTree[]> {
  const byApi = await registry.referrers(repository, digest);
  const referrers = byApi ?? (await listedUnderTag(repository, digest, registry));
  if (referrers.length > MAX_REFERRERS) throw tooMany(repository);
  const digests = referrers
    .filter(({ mediaType }) => isManifestType(mediaType) || isIndexType(mediaType))
    .map((referrer): ImageReference => ({ kind: 'digest', repository, digest: referrer.digest }));
  const tag = fallbackTag(digest);
  const tags = [...(byApi === undefined ? [tag] : []), ...COSIGN_ENDINGS.map((ending) => `${tag}.${ending}`)];
  const references = [...digests, ...tags.map((each): ImageReference => ({ kind: 'tag', repository, tag: each }))];
  const found = await mapInParallel(references, AT_ONCE, (reference) => readAttachment(reference, registry));
  return found.filter((attachment) => attachment !== undefined);
}

async function listedUnderTag(
  repository: Repository,
  digest: Digest,
  registry: ManifestReader,
): Promise<readonly Descriptor[]> {
  const raw = await registry.manifest({ kind: 'tag', repository, tag: fallbackTag(digest) });
  return raw !== undefined && isIndexType(raw.mediaType) ? parseIndex(raw).manifests : [];
}

async function readAttachment(reference: ImageReference, registry: ManifestReader): Promise<NamedTree | undefined> {
  const raw = await registry.manifest(reference);
  if (raw === undefined) return undefined;
  const { repository } = reference;
  const open = (digest: Digest) => registry.manifest({ kind: 'digest', repository, digest });
  const name = `${repository.registry}/${repository.path}@${raw.digest}`;
  return { reference, tree: await walkImage(raw, open, { name, choice: EVERY_PLATFORM, mayLack: true }) };
}
