import type { Descriptor } from '../../image/manifest.ts';
import { type Digest, digestOf, type Repository } from '../../reference/index.ts';
import { type BundleFacts, bundleFactsJson, FACTS_FILE, type OmittedBlob } from '../content/bundle-facts.ts';
import {
  blobFile,
  compareFiles,
  dependencyFile,
  INDEX_FILE,
  indexJson,
  LAYOUT_FILE,
  LAYOUT_MARKER,
  SUMS_FILE,
  sumsText,
} from '../content/bundle-files.ts';
import type { StagedDependency } from '../dependencies/gather.ts';
import type { PlatformChoice } from '../content/platform-choice.ts';
import { compareText } from '../../lock/image-name.ts';
import { type Lock, LOCK_FILE } from '../../lock/lock.ts';
import { lockJson } from '../../lock/lock-json.ts';
import type { BundleContent } from './collect.ts';
import type { EarlierBundle } from './since.ts';

/** A file of a bundle: everything is known of it before its bytes are. */
export interface PlannedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly content: FileContent;
}

export type FileContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly repository: Repository; readonly descriptor: Descriptor }
  | { readonly kind: 'staged'; readonly file: string };

/** A configuration or layer, and a repository that has it. */
export interface PlacedBlob {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
}

/** All files of a bundle in their order. */
export interface BundlePlan {
  readonly files: readonly PlannedFile[];
  /** What is left out since the earlier bundle has it. */
  readonly omitted: readonly OmittedBlob[];
  /** Of `SHA256SUMS`: it stands for the whole bundle. */
  readonly digest: Digest;
}

export interface PlanRequest {
  readonly lock: Lock;
  readonly choice: PlatformChoice;
  readonly content: BundleContent;
  /** Foreign layers that nobody has. */
  readonly unavailable: ReadonlySet<Digest>;
  /** What the lock names as dependencies. */
  readonly staged: readonly StagedDependency[];
  readonly earlier?: EarlierBundle;
}

/** Pure: equal content gives the same files, byte for byte. */
export function planBundle({ lock, choice, content, unavailable, staged, earlier }: PlanRequest): BundlePlan {
  const named = [...content.images, ...content.attachments];
  const wanted = placedBlobs(content).filter(({ descriptor }) => !unavailable.has(descriptor.digest));
  const omitted = wanted.flatMap(({ descriptor }) => earlier?.blobs.get(descriptor.digest) ?? []);
  const facts: BundleFacts = {
    ...(choice.platforms !== undefined && { platforms: choice.platforms }),
    ...(earlier !== undefined && { since: { lock: earlier.lock, blobs: omitted } }),
  };
  const files = new Map<string, PlannedFile>();
  const add = (file: PlannedFile) => files.set(file.path, file);
  for (const { repository, descriptor } of wanted) {
    if (earlier?.blobs.has(descriptor.digest) === true) continue;
    const { digest, size } = descriptor;
    add({ path: blobFile(digest), size, digest, content: { kind: 'blob', repository, descriptor } });
  }
  for (const { bytes, digest } of named.flatMap(({ tree }) => tree.manifests)) add(bytesFile(blobFile(digest), bytes));
  for (const { digest, size, file } of staged) {
    add({ path: dependencyFile(digest), size, digest, content: { kind: 'staged', file } });
  }
  add(bytesFile(LAYOUT_FILE, LAYOUT_MARKER));
  add(bytesFile(INDEX_FILE, indexJson(named.map(({ reference, tree }) => ({ reference, raw: tree.root })))));
  add(bytesFile(LOCK_FILE, lockJson(lock)));
  add(bytesFile(FACTS_FILE, bundleFactsJson(facts)));
  const sums = bytesFile(SUMS_FILE, sumsText(new Map([...files.values()].map(({ path, digest }) => [path, digest]))));
  add(sums);
  const ordered = [...files.values()].sort((a, b) => compareFiles(a.path, b.path));
  return { files: ordered, omitted, digest: sums.digest };
}

/** Every configuration and layer once, in the order of digests, with the repository that named it first. */
export function placedBlobs({ images, attachments }: BundleContent): readonly PlacedBlob[] {
  const blobs = new Map<Digest, PlacedBlob>();
  for (const { reference, tree } of [...images, ...attachments]) {
    for (const descriptor of tree.blobs) {
      if (!blobs.has(descriptor.digest)) blobs.set(descriptor.digest, { repository: reference.repository, descriptor });
    }
  }
  return [...blobs.values()].sort((a, b) => compareText(a.descriptor.digest, b.descriptor.digest));
}

function bytesFile(path: string, content: Uint8Array | string): PlannedFile {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, digest: digestOf(bytes), content: { kind: 'bytes', bytes } };
}
