import { parseIndex, type RawManifest, rawManifest } from '../../image/manifest.ts';
import { MEDIA_TYPE } from '../../image/media-types.ts';
import { readManifest } from '../../layout/layout.ts';
import { REF_NAME_ANNOTATION } from '../../lifecycle/rewrite.ts';
import { type Digest, formatRepository, type ImageReference } from '../../reference/index.ts';
import { MAX_MANIFEST_SIZE } from '../../registry/index.ts';
import { fallbackTag } from '../content/attachments.ts';
import { type BundleFacts, FACTS_FILE, MAX_FACTS_SIZE, parseBundleFacts } from '../content/bundle-facts.ts';
import { blobFile, dependencyFile, digestOfBlobFile, INDEX_FILE, isDependencyFile } from '../content/bundle-files.ts';
import { type NamedTree, walkImage } from '../content/image-tree.ts';
import { missingManifest } from '../content/locked-tree.ts';
import { choosePlatforms, EVERY_PLATFORM, type PlatformChoice } from '../content/platform-choice.ts';
import { imageName, parseImageName } from '../../lock/image-name.ts';
import { type Lock, LOCK_FILE, MAX_LOCK_SIZE } from '../../lock/lock.ts';
import { parseLock } from '../../lock/parse-lock.ts';
import type { VerifiedFiles } from './verified-files.ts';

/** Three hundred bytes for each name: of every image, signature and attestation. */
const MAX_INDEX_SIZE = 16 * 1024 * 1024;

/** What is in a bundle whose files are all as `SHA256SUMS` says. */
export interface LoadableContent {
  readonly lock: Lock;
  readonly facts: BundleFacts;
  /** In the order of their names. */
  readonly images: readonly NamedTree[];
  readonly attachments: readonly NamedTree[];
}

/**
 * Reads what is in a bundle and looks whether it is complete and of a piece: index, lock, manifests and blobs.
 *
 * @param damaged is called for each thing that is wrong; the content may not be used then
 */
export async function readContent(source: VerifiedFiles, damaged: (what: string) => void): Promise<LoadableContent> {
  const facts = parseBundleFacts(await source.read(FACTS_FILE, MAX_FACTS_SIZE));
  const lock = parseLock(await source.read(LOCK_FILE, MAX_LOCK_SIZE), LOCK_FILE);
  const entries = await readEntries(source, damaged);
  const locked = new Set(lock.images.map((image) => imageName(image.reference)));
  const chosen = facts.platforms === undefined ? EVERY_PLATFORM : choosePlatforms(facts.platforms);
  const images: NamedTree[] = [];
  const attachments: NamedTree[] = [];
  for (const { name, reference, raw } of entries) {
    const isLocked = locked.has(name);
    const options = isLocked ? { name, choice: chosen } : { name, choice: EVERY_PLATFORM, mayLack: true };
    const tree = await walkImage(raw, (digest) => openManifest(source, digest), options);
    (isLocked ? images : attachments).push({ reference, tree });
  }
  const content = { lock, facts, images, attachments };
  compareWithLock(content, chosen, damaged);
  requireAttached(content, damaged);
  compareBlobs(source, content, damaged);
  compareDependencies(source, lock, damaged);
  return content;
}

interface Entry {
  readonly name: string;
  readonly reference: ImageReference;
  readonly raw: RawManifest;
}

async function readEntries(source: VerifiedFiles, damaged: (what: string) => void): Promise<readonly Entry[]> {
  const { manifests } = parseIndex(rawManifest(await source.read(INDEX_FILE, MAX_INDEX_SIZE), MEDIA_TYPE.ociIndex));
  const entries = new Map<string, Entry>();
  for (const { digest, mediaType, annotations } of manifests) {
    const name = annotations?.[REF_NAME_ANNOTATION] ?? '';
    const reference = parseImageName(name);
    const raw = await openManifest(source, digest, mediaType);
    if (reference === undefined || entries.has(name)) damaged(`${INDEX_FILE}: "${name}" is no name, or there twice`);
    else if (raw === undefined) damaged(`${INDEX_FILE}: ${name} has the digest ${digest}, which is not in the bundle`);
    else if (raw.mediaType !== mediaType) damaged(`${INDEX_FILE}: ${name} is said to be of type "${mediaType}"`);
    else entries.set(name, { name, reference, raw });
  }
  return [...entries.values()];
}

async function openManifest(
  source: VerifiedFiles,
  digest: Digest,
  mediaType?: string,
): Promise<RawManifest | undefined> {
  const file = blobFile(digest);
  return source.files.has(file) ? readManifest(await source.read(file, MAX_MANIFEST_SIZE), mediaType) : undefined;
}

function compareWithLock(
  { lock, images }: LoadableContent,
  chosen: PlatformChoice,
  damaged: (what: string) => void,
): void {
  const byName = new Map(images.map((image) => [imageName(image.reference), image.tree]));
  for (const image of lock.images) {
    const { reference, digest } = image;
    const name = imageName(reference);
    const tree = byName.get(name);
    if (tree === undefined) {
      damaged(`${LOCK_FILE}: it names ${name}, which is not in ${INDEX_FILE}`);
      continue;
    }
    if (tree.root.digest !== digest)
      damaged(`${LOCK_FILE}: ${name} is ${digest}, and in ${INDEX_FILE} ${tree.root.digest}`);
    const wrong = missingManifest(image, tree, chosen);
    if (wrong !== undefined) damaged(`${LOCK_FILE}: ${name} has no manifest ${wrong}`);
  }
}

/** What is not in the lock must be about something in the bundle: nothing else is pushed. */
function requireAttached({ images, attachments }: LoadableContent, damaged: (what: string) => void): void {
  const subjects = new Map<string, Set<string>>();
  for (const { reference, tree } of [...images, ...attachments]) {
    const repository = formatRepository(reference.repository);
    const known = subjects.get(repository) ?? new Set();
    for (const { digest } of tree.manifests) known.add(digest).add(fallbackTag(digest));
    subjects.set(repository, known);
  }
  for (const { reference, tree } of attachments) {
    const named = reference.kind === 'tag' ? reference.tag.replace(/\.(?:sig|att|sbom)$/, '') : tree.subject;
    if (named === undefined || subjects.get(formatRepository(reference.repository))?.has(named) !== true)
      damaged(`${INDEX_FILE}: ${imageName(reference)} is neither in the lock nor about anything in it`);
  }
}

function compareBlobs(source: VerifiedFiles, content: LoadableContent, damaged: (what: string) => void): void {
  const { images, attachments, facts } = content;
  const trees = [...images, ...attachments].map(({ tree }) => tree);
  const needed = new Set<Digest>(trees.flatMap(({ manifests }) => manifests.map(({ digest }) => digest)));
  const omitted = new Map(facts.since?.blobs.map((blob) => [blob.digest, blob.size]));
  for (const { digest, size, urls } of trees.flatMap(({ blobs }) => blobs)) {
    needed.add(digest);
    const found = source.files.get(blobFile(digest)) ?? omitted.get(digest);
    if (found === undefined && urls === undefined) damaged(`${blobFile(digest)}: an image needs it, and it is missing`);
    else if (found !== undefined && found !== size)
      damaged(`${blobFile(digest)}: an image says that it has ${size} bytes`);
  }
  for (const file of source.files.keys()) {
    const digest = digestOfBlobFile(file);
    if (digest !== undefined && !needed.has(digest)) damaged(`${file}: nothing in the bundle needs it`);
  }
}

function compareDependencies(
  source: VerifiedFiles,
  { dependencies = [] }: Lock,
  damaged: (what: string) => void,
): void {
  const due = new Set(dependencies.map(({ digest }) => dependencyFile(digest)));
  for (const { id, version, digest } of dependencies) {
    const file = dependencyFile(digest);
    if (!source.files.has(file)) damaged(`${file}: it is ${id}@${version} of ${LOCK_FILE}, and it is missing`);
  }
  for (const file of source.files.keys()) {
    if (isDependencyFile(file) && !due.has(file)) damaged(`${file}: nothing in the bundle needs it`);
  }
}
