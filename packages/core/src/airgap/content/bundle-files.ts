import type { Descriptor, RawManifest } from '../../image/manifest.ts';
import { MEDIA_TYPE } from '../../image/media-types.ts';
import { REF_NAME_ANNOTATION } from '../../lifecycle/rewrite.ts';
import { type Digest, hexOf, type ImageReference } from '../../reference/index.ts';
import { compareText, imageName } from '../../lock/image-name.ts';
import { LOCK_FILE } from '../../lock/lock.ts';
import { FACTS_FILE } from './bundle-facts.ts';

/** The checksums of all other files, as `sha256sum --check` reads them. */
export const SUMS_FILE = 'SHA256SUMS';
export const INDEX_FILE = 'index.json';
export const LAYOUT_FILE = 'oci-layout';
/** The content of `oci-layout` (image layout specification 1.0 and 1.1). */
export const LAYOUT_MARKER = '{"imageLayoutVersion":"1.0.0"}';

/** The files beside the blobs, in their order in a tar, where they come first. */
export const HEAD_FILES = [SUMS_FILE, FACTS_FILE, LOCK_FILE, INDEX_FILE, LAYOUT_FILE] as const;

const BLOBS = 'blobs/sha256/';
const DEPENDENCIES = 'dependencies/sha256/';
const NAMED = /^(?:blobs|dependencies)\/sha256\/([0-9a-f]{64})$/;
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;

/** The digest in the name of a file; undefined when it has none. */
export function digestInName(file: string): Digest | undefined {
  const [, hex] = NAMED.exec(file) ?? [];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/** The path of a blob in a bundle. */
export function blobFile(digest: Digest): string {
  return `${BLOBS}${hexOf(digest)}`;
}

/** The digest that a file's path says; undefined when it is no blob. */
export function digestOfBlobFile(file: string): Digest | undefined {
  const [, hex] = BLOB.exec(file) ?? [];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/** The path in a bundle of what a buildpack fetches. */
export function dependencyFile(digest: Digest): string {
  return `${DEPENDENCIES}${hexOf(digest)}`;
}

export function isDependencyFile(file: string): boolean {
  return file.startsWith(DEPENDENCIES);
}

/** The order of files in a tar: the few that tell what the bundle is, then blobs by digest, then what buildpacks fetch. */
export function compareFiles(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || compareText(a, b);
}

function rankOf(file: string): number {
  const rank = HEAD_FILES.findIndex((each) => each === file);
  return rank === -1 ? HEAD_FILES.length : rank;
}

/** `index.json`: each manifest under the name that leads to it. */
export function indexJson(
  entries: readonly { readonly reference: ImageReference; readonly raw: RawManifest }[],
): string {
  const named = new Map(entries.map(({ reference, raw }) => [imageName(reference), raw]));
  const manifests = [...named].sort(([a], [b]) => compareText(a, b)).map(([name, raw]) => indexEntry(name, raw));
  return `${JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests }, undefined, 2)}\n`;
}

function indexEntry(name: string, { mediaType, digest, bytes }: RawManifest): Descriptor {
  return { mediaType, digest, size: bytes.length, annotations: { [REF_NAME_ANNOTATION]: name } };
}

/** `SHA256SUMS`: digests by path, in the order of paths. */
export function sumsText(files: ReadonlyMap<string, Digest>): string {
  const lines = [...files].sort(([a], [b]) => compareText(a, b)).map(([file, digest]) => `${hexOf(digest)}  ${file}\n`);
  return lines.join('');
}

/** Undefined when a line is not as `sumsText` writes it, or a file is there twice. */
export function parseSums(text: string): ReadonlyMap<string, Digest> | undefined {
  const files = new Map<string, Digest>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [, hex, file] = /^([0-9a-f]{64}) {2}([\w./-]+)$/.exec(line) ?? [];
    if (hex === undefined || file === undefined || files.has(file)) return undefined;
    files.set(file, `sha256:${hex}`);
  }
  return sumsText(files) === text ? files : undefined;
}
