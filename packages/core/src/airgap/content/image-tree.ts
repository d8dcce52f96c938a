import { BuildpacksError } from '../../errors/index.ts';
import { type Descriptor, parseIndex, parseManifest, type RawManifest } from '../../image/manifest.ts';
import { isIndexType, isManifestType } from '../../image/media-types.ts';
import { optional } from '../../json/json.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';
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

/** An image, or what is attached to one, and the name that leads to it. */
export interface NamedTree {
  readonly reference: ImageReference;
  readonly tree: ImageTree;
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

/** Gives the manifest with this digest; undefined when it is not there. */
type OpenManifest = (digest: Digest) => Promise<RawManifest | undefined>;

/**
 * Walks through an image.
 *
 * @throws BuildpacksError `image` when a manifest is missing or not as it should be
 */
export async function walkImage(root: RawManifest, open: OpenManifest, options: WalkOptions): Promise<ImageTree> {
  const walk = new Walk(open, options);
  await walk.visit(root, 0);
  const { manifests, blobs, isSparse } = walk;
  const found = { manifests: [...manifests.values()], blobs: [...blobs.values()], isSparse };
  return { root, ...found, ...optional('subject', subjectOf(root)) };
}

/** What has been found so far. */
class Walk {
  readonly manifests = new Map<Digest, RawManifest>();
  readonly blobs = new Map<Digest, Descriptor>();
  isSparse = false;
  #size = 0;
  readonly #open: OpenManifest;
  readonly #options: WalkOptions;

  constructor(open: OpenManifest, options: WalkOptions) {
    this.#open = open;
    this.#options = options;
  }

  async visit(raw: RawManifest, depth: number): Promise<void> {
    const { name, choice } = this.#options;
    this.#size += raw.bytes.length;
    if (depth > MAX_DEPTH || this.manifests.size > MAX_MANIFESTS || this.#size > MAX_SIZE) throw tooMuch(name);
    if (isManifestType(raw.mediaType)) {
      const { config, layers } = parseManifest(raw);
      for (const blob of [config, ...layers]) this.blobs.set(blob.digest, blob);
    }
    if (isIndexType(raw.mediaType)) {
      const index = parseIndex(raw);
      const children = choice.childrenOf(index, name);
      this.isSparse ||= children.length < index.manifests.length;
      for (const child of children) await this.#visitChild(child, depth + 1);
    }
    this.manifests.set(raw.digest, raw);
  }

  async #visitChild(child: Descriptor, depth: number): Promise<void> {
    if (this.manifests.has(child.digest)) return;
    // What is no manifest is stored as a blob, whatever names it.
    if (!isManifestType(child.mediaType) && !isIndexType(child.mediaType)) {
      this.blobs.set(child.digest, child);
      return;
    }
    const { name, mayLack = false } = this.#options;
    const raw = await this.#open(child.digest);
    if (raw !== undefined) {
      requireAsNamed(raw, child, name);
      await this.visit(raw, depth);
    } else if (mayLack) {
      this.isSparse = true;
    } else {
      throw new BuildpacksError('image', `the manifest ${child.digest} of ${name} is missing`);
    }
  }
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
