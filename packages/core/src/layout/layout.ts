import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BuildpacksError } from '../errors/index.ts';
import { type Descriptor, parseIndex, type RawManifest, rawManifest } from '../image/manifest.ts';
import { isIndexType, isManifestType, MEDIA_TYPE } from '../image/media-types.ts';
import type { ImageSource } from '../image/source.ts';
import { asRecord, asText, parseJson } from '../json/json.ts';
import { shown } from '../log/shown.ts';
import type { Digest } from '../reference/index.ts';
import { verified } from './verified-stream.ts';

/** An OCI image layout opened for reading. */
export interface Layout {
  /** The manifests and indexes that `index.json` lists. */
  readonly index: readonly Descriptor[];
  /** Manifests and blobs, each verified while it is read. */
  readonly source: ImageSource;
}

/** The files of a layout, wherever they are: a directory, a tar. Nothing that these give is trusted. */
export interface LayoutFiles {
  /** For messages: `oci:./out`, `oci-archive:out.tar`. */
  readonly name: string;
  /** A small file at the top; undefined when it is missing. */
  read(file: 'oci-layout' | 'index.json', maxBytes: number): Promise<Uint8Array | undefined>;
  /** Bytes of a blob; undefined when it is missing. */
  blobSize(digest: Digest): Promise<number | undefined>;
  openBlob(digest: Digest): Promise<Readable | undefined>;
}

/** Manifests and indexes are small; the registries' common limit. */
const MAX_MANIFEST_SIZE = 4 * 1024 * 1024;
const LAYOUT_VERSION = '1.0.0';

/** @throws BuildpacksError `image` when these files are no OCI layout */
export async function readLayout(files: LayoutFiles): Promise<Layout> {
  const marker = await files.read('oci-layout', MAX_MANIFEST_SIZE);
  const version = asRecord(marker && parseJson(marker))?.['imageLayoutVersion'];
  if (version !== LAYOUT_VERSION) {
    const found = marker === undefined ? 'it has no oci-layout file' : `its version is ${shown(version)}`;
    throw new BuildpacksError('image', `"${files.name}" is not an OCI image layout: ${found}`);
  }
  const bytes = await files.read('index.json', MAX_MANIFEST_SIZE);
  if (bytes === undefined) throw new BuildpacksError('image', `"${files.name}" has no index.json`);
  const { manifests } = parseIndex(rawManifest(bytes, MEDIA_TYPE.ociIndex));
  return { index: manifests, source: layoutSource(files, manifests) };
}

function layoutSource(files: LayoutFiles, index: readonly Descriptor[]): ImageSource {
  const open = async (descriptor: Descriptor): Promise<Readable> => {
    const content = await files.openBlob(descriptor.digest);
    if (content !== undefined) return verified(content, descriptor, files.name);
    throw new BuildpacksError('image', `the blob ${descriptor.digest} is missing in "${files.name}"`);
  };
  return {
    name: files.name,
    has: async ({ digest, size }) => (await files.blobSize(digest)) === size,
    open,
    manifest: async (digest) => {
      const size = await files.blobSize(digest);
      if (size === undefined) return undefined;
      if (size > MAX_MANIFEST_SIZE) throw tooLarge(files, digest, size);
      const bytes = await buffer(await open({ digest, size, mediaType: '' }));
      const listed = index.find((descriptor) => descriptor.digest === digest)?.mediaType;
      return readManifest(new Uint8Array(bytes), listed);
    },
  };
}

/** The type is what the referring descriptor says, else what the manifest says of itself, else what its shape tells. */
export function readManifest(bytes: Uint8Array, listed: string | undefined): RawManifest {
  const json = asRecord(parseJson(bytes));
  const guess = json !== undefined && 'manifests' in json ? MEDIA_TYPE.ociIndex : MEDIA_TYPE.ociManifest;
  const known = [listed, asText(json?.['mediaType'])].find(
    (type) => type !== undefined && (isIndexType(type) || isManifestType(type)),
  );
  return rawManifest(bytes, known ?? guess);
}

function tooLarge(files: LayoutFiles, digest: Digest, size: number): BuildpacksError {
  return new BuildpacksError('image', `the manifest ${digest} of "${files.name}" has ${size} bytes`);
}
