import { BuildpacksError } from '../errors/index.ts';
import { parseIndex, type RawManifest } from '../image/manifest.ts';
import { imagesOfIndex } from '../image/index-images.ts';
import { isIndexType } from '../image/media-types.ts';
import { missingPlatform, selectPlatform } from '../image/platform.ts';
import { optional } from '../json/json.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { atDigest, type Digest, familiarReference, formatRepository, type ImageReference } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { FleetRequest, WantedEntry } from './inputs.ts';
import { EntryReader, type ImageDescription } from './read-entry.ts';
import type { FailedEntry, FleetImage } from './report.ts';

/** What a survey is made with. */
export interface SurveyOptions extends Pick<FleetRequest, 'components' | 'labels' | 'parallel' | 'platform'> {
  readonly registry: RegistryClient;
  /** Called after each image. */
  readonly onRead?: () => void;
}

/**
 * Reads images and tells what each is made of. What goes wrong with one of them is told in its place, and the others are read all the same.
 *
 * @returns sorted by name
 * @throws BuildpacksError `cancelled`
 */
export async function surveyImages(
  wanted: readonly WantedEntry[],
  options: SurveyOptions,
): Promise<readonly FleetImage[]> {
  const reader = new EntryReader(options);
  const known = new Map<string, Promise<ImageDescription>>();
  const describe = (reference: ImageReference, raw: RawManifest) => {
    const key = `${formatRepository(reference.repository)}@${raw.digest}`;
    const description = known.get(key) ?? reader.read(reference.repository, raw);
    known.set(key, description);
    return description;
  };
  const lists = await mapInParallel(wanted, options.parallel, async (entry): Promise<readonly FleetImage[]> => {
    try {
      const { manifests, index } = await manifestsOf(entry.reference, options);
      const name = { ...nameOf(entry), ...(await movedTagOf(entry, options)) };
      if (manifests.length === 0) return [{ kind: 'other', digest: index, reason: 'an index without images', ...name }];
      return await mapInParallel(manifests, PLATFORMS_AT_ONCE, async (raw) => {
        return { ...(await describe(entry.reference, raw)), ...name };
      });
    } catch (error) {
      return [failedEntry(entry, error)];
    } finally {
      options.onRead?.();
    }
  });
  return merged(lists.flat());
}

/** Images of one index that are read at once. */
const PLATFORMS_AT_ONCE = 4;

/** The manifest of an image; of an index those of all its platforms, or of the one that was asked for. */
async function manifestsOf(
  reference: ImageReference,
  { registry, platform }: SurveyOptions,
): Promise<{ readonly manifests: readonly RawManifest[]; readonly index: Digest }> {
  const raw = await registry.manifest(reference);
  if (raw === undefined) throw missing(familiarReference(reference));
  if (!isIndexType(raw.mediaType)) return { manifests: [raw], index: raw.digest };
  const index = parseIndex(raw);
  const one = platform && selectPlatform(index, platform);
  if (platform !== undefined && one === undefined) {
    throw missingPlatform(familiarReference(reference), index, platform);
  }
  const children = one === undefined ? imagesOfIndex(index, familiarReference(reference)) : [one];
  const manifests = await mapInParallel(children, PLATFORMS_AT_ONCE, async ({ digest }) => {
    const child = await registry.manifest(atDigest(reference, digest));
    if (child === undefined) throw missing(familiarReference(atDigest(reference, digest)));
    return child;
  });
  return { manifests, index: raw.digest };
}

function missing(name: string): BuildpacksError {
  return new BuildpacksError('registry', `"${name}" does not exist`);
}

function nameOf({ reference, workloads }: WantedEntry): Pick<FleetImage, 'repository' | 'tags' | 'workloads'> {
  const { tag } = reference;
  return { repository: formatRepository(reference.repository), tags: tag === undefined ? [] : [tag], workloads };
}

/** What runs was pulled by a tag once; where that leads now decides whether a rebase or a rollout is missing. */
async function movedTagOf(
  { reference, workloads }: WantedEntry,
  { registry }: SurveyOptions,
): Promise<Pick<FleetImage, 'tags' | 'movedTag'> | undefined> {
  const { repository, tag } = reference;
  if (reference.kind === 'tag' || tag === undefined || workloads.length === 0) return undefined;
  const now = await registry.headManifest({ kind: 'tag', repository, tag });
  return now === undefined || now.digest === reference.digest ? undefined : { tags: [], movedTag: tag };
}

function failedEntry(entry: WantedEntry, error: unknown): FailedEntry {
  if (!(error instanceof BuildpacksError) || error.code === 'cancelled' || error.code === 'internal') throw error;
  const digest = entry.reference.kind === 'digest' ? entry.reference.digest : undefined;
  const temporary = error.code === 'temporary';
  return { kind: 'failed', ...nameOf(entry), ...optional('digest', digest), reason: error.message, temporary };
}

/** Tags of one repository that have the same content are one entry. */
function merged(entries: readonly FleetImage[]): readonly FleetImage[] {
  const found = new Map<string, FleetImage>();
  for (const entry of entries) {
    const content = entry.kind === 'failed' ? `${entry.tags.join()}@${entry.digest ?? ''}` : entry.digest;
    const key = `${entry.kind} ${entry.repository} ${content} ${entry.movedTag ?? ''}`;
    const before = found.get(key);
    if (before === undefined) {
      found.set(key, entry);
      continue;
    }
    const tags = [...new Set([...before.tags, ...entry.tags])];
    const workloads = [
      ...new Map([...before.workloads, ...entry.workloads].map((each) => [workloadKey(each), each])).values(),
    ];
    found.set(key, { ...before, tags, workloads });
  }
  return [...found.values()].sort((a, b) => compare(sortKey(a), sortKey(b)));
}

function workloadKey({ namespace, name }: FleetImage['workloads'][number]): string {
  return `${namespace}/${name}`;
}

function sortKey({ repository, tags, digest }: FleetImage): string {
  return `${repository} ${tags[0] ?? ''} ${digest ?? ''}`;
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
