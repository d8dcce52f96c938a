import { BuildpacksError } from '../../errors/index.ts';
import { type Descriptor, parseIndex, parseManifest, type RawManifest } from '../../image/manifest.ts';
import { isIndexType, isManifestType } from '../../image/media-types.ts';
import { optional } from '../../json/json.ts';
import type { Digest } from '../../reference/index.ts';
import type { PlatformChoice } from './platform-choice.ts';

/** A manifest or index with everything below it. */
export interface ImageTree {
  readonly root: RawManifest;
  /** What the root is about, when it is a referrer. */
  readonly subject?: Digest;
  /** Every manifest and index, each once, children before what names them; the root is the last. */
  readonly manifests: readonly RawManifest[];
  /** Configurations and layers, each once. */
  readonly blobs: readonly Descriptor[];
  /** Whether children of an index were left out, so that not every registry takes the index. */
  readonly isSparse: boolean;
}

export interface WalkOptions {
  /** For messages. */
  readonly name: string;
  readonly choice: PlatformChoice;
  /** Whether an index may name what is not there: lists of referrers are not always kept in order. */
  readonly mayLack?: boolean;
}

/** Indexes may hold indexes; no sane image goes deeper. */
const MAX_DEPTH = 4;
/** No image has more manifests. */
const MAX_MANIFESTS = 10_000;
/** Bytes of them all: they are kept in memory. */
const MAX_SIZE = 64 * 1024 * 1024;

/**
 * Walks through an image.
 *
 * @param open gives the manifest with this digest; undefined when it is not there
 * @throws BuildpacksError `image` when a manifest is missing or not as it should be
 */
export async function walkImage(
  root: RawManifest,
  open: (digest: Digest) => Promise<RawManifest | undefined>,
  { name, choice, mayLack = false }: WalkOptions,
): Promise<ImageTree> {
  const manifests = new Map<Digest, RawManifest>();
  const blobs = new Map<Digest, Descriptor>();
  let isSparse = false;
  let size = 0;
  const visit = async (raw: RawManifest, depth: number): Promise<void> => {
    size += raw.bytes.length;
    if (depth > MAX_DEPTH || manifests.size > MAX_MANIFESTS || size > MAX_SIZE) throw tooMuch(name);
    if (isManifestType(raw.mediaType)) {
      const { config, layers } = parseManifest(raw);
      for (const blob of [config, ...layers]) blobs.set(blob.digest, blob);
    }
    if (isIndexType(raw.mediaType)) {
      const index = parseIndex(raw);
      const children = choice.childrenOf(index, name);
      isSparse ||= children.length < index.manifests.length;
      for (const child of children) await visitChild(child, depth);
    }
    manifests.set(raw.digest, raw);
  };
  const visitChild = async (child: Descriptor, depth: number): Promise<void> => {
    if (manifests.has(child.digest)) return;
    // What is no manifest is stored as a blob, whatever names it.
    if (!isManifestType(child.mediaType) && !isIndexType(child.mediaType)) {
      blobs.set(child.digest, child);
      return;
    }
    const raw = await open(child.digest);
    if (raw === undefined && mayLack) {
      isSparse = true;
      return;
    }
    if (raw === undefined) throw new BuildpacksError('image', `the manifest ${child.digest} of ${name} is missing`);
    requireAsNamed(raw, child, name);
    await visit(raw, depth + 1);
  };
  await visit(root, 0);
  const subject = subjectOf(root);
  return {
    root,
    manifests: [...manifests.values()],
    blobs: [...blobs.values()],
    isSparse,
    ...optional('subject', subject),
  };
}

function subjectOf(raw: RawManifest): Digest | undefined {
  const { subject } = isIndexType(raw.mediaType) ? parseIndex(raw) : parseManifest(raw);
  return subject?.digest;
}

function requireAsNamed({ bytes, mediaType, digest }: RawManifest, child: Descriptor, name: string): void {
  if (bytes.length === child.size && mediaType === child.mediaType) return;
  const found = `${bytes.length} bytes and the type "${mediaType}"`;
  throw new BuildpacksError(
    'image',
    `the manifest ${digest} of ${name} has ${found}; its index says ${child.size} and "${child.mediaType}"`,
  );
}

function tooMuch(name: string): BuildpacksError {
  return new BuildpacksError('image', `the indexes of ${name} are nested too deep or hold too much`);
}
