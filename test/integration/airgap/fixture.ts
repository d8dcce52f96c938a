import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Lock, LockedImage } from '../../../packages/core/src/lock/lock.ts';
import {
  type Descriptor,
  type Platform,
  type RawManifest,
  rawManifest,
} from '../../../packages/core/src/image/manifest.ts';
import { isIndexType, MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { digestOf, parseReference, type Repository } from '../../../packages/core/src/reference/index.ts';
import type { RegistryClient } from '../../../packages/core/src/registry/index.ts';

/** Where images are put together, by a client that only sends bytes. */
export interface Shelf {
  readonly client: RegistryClient;
  /** `127.0.0.1:41234` */
  readonly host: string;
}

type Raw = RawManifest & { readonly platform?: Platform };

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' };
export const ARM64: Platform = { os: 'linux', architecture: 'arm64' };

/** Random, so that no two images share a layer by chance, and nothing compresses. */
export function bytes(size: number): Uint8Array {
  return randomBytes(size);
}

export const layerOf = {
  gzip: (content: Uint8Array) => ({ bytes: gzipSync(content), mediaType: MEDIA_TYPE.ociLayerGzip }),
  zstd: (content: Uint8Array) => ({ bytes: zstdCompressSync(content), mediaType: MEDIA_TYPE.ociLayerZstd }),
} as const;

export async function pushBlob(
  { client }: Shelf,
  repository: Repository,
  { bytes: content, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
): Promise<Descriptor> {
  const descriptor = { mediaType, digest: digestOf(content), size: content.length };
  await client.uploadBlob(repository, descriptor, () => Readable.from([content]));
  return descriptor;
}

/** @param names tags beside the digest */
export async function pushManifest(
  { client }: Shelf,
  repository: Repository,
  manifest: { readonly mediaType: string },
  ...names: readonly string[]
): Promise<RawManifest> {
  // Blanks that no other program would write: whoever makes the JSON anew changes the digest.
  const raw = rawManifest(Buffer.from(JSON.stringify(manifest, undefined, 3)), manifest.mediaType);
  for (const name of [raw.digest, ...names]) await client.putManifest(repository, name, raw);
  return raw;
}

/** A small image of two layers, gzip and zstd. */
export async function pushImage(
  shelf: Shelf,
  repository: Repository,
  {
    platform = AMD64,
    layers = [bytes(3000), bytes(5000)],
    labels = {},
    env = [],
  }: {
    readonly platform?: Platform;
    readonly layers?: readonly Uint8Array[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly env?: readonly string[];
  } = {},
  ...names: readonly string[]
): Promise<Raw> {
  const pushed = await Promise.all(
    layers.map((content, index) =>
      pushBlob(shelf, repository, index % 2 === 0 ? layerOf.gzip(content) : layerOf.zstd(content)),
    ),
  );
  const config = {
    ...platform,
    config: { Labels: labels, Env: env },
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await pushBlob(shelf, repository, { bytes: configBytes, mediaType: MEDIA_TYPE.ociConfig }),
    layers: pushed,
  };
  return { ...(await pushManifest(shelf, repository, manifest, ...names)), platform };
}

/** What a signature, an attestation or a bill of materials looks like to a registry. */
export async function pushArtifact(
  shelf: Shelf,
  repository: Repository,
  { subject, size = 100 }: { readonly subject?: RawManifest; readonly size?: number },
  ...names: readonly string[]
): Promise<RawManifest> {
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: 'application/vnd.example.bill',
    config: await pushBlob(shelf, repository, {
      bytes: Buffer.from('{}'),
      mediaType: 'application/vnd.oci.empty.v1+json',
    }),
    layers: [await pushBlob(shelf, repository, { bytes: bytes(size), mediaType: 'application/spdx+json' })],
    ...(subject !== undefined && { subject: descriptorOf(subject) }),
  };
  return pushManifest(shelf, repository, manifest, ...names);
}

/** An index of an image for each of two platforms, and the attestation of the first, as BuildKit adds it. */
export async function pushIndex(shelf: Shelf, repository: Repository, ...names: readonly string[]) {
  const amd64 = await pushImage(shelf, repository, { platform: AMD64 });
  const arm64 = await pushImage(shelf, repository, { platform: ARM64 });
  const attestation = await pushArtifact(shelf, repository, {});
  const manifests = [
    { ...descriptorOf(amd64), platform: AMD64 },
    { ...descriptorOf(arm64), platform: ARM64 },
    {
      ...descriptorOf(attestation),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.digest': amd64.digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
    },
  ];
  const index = await pushManifest(
    shelf,
    repository,
    { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests } as never,
    ...names,
  );
  return { index, amd64, arm64, attestation };
}

export function descriptorOf({ mediaType, digest, bytes: content }: RawManifest): Descriptor {
  return { mediaType, digest, size: content.length };
}

/** As `lock` would have it. */
export function locked(name: string, raw: Raw, platforms: readonly Raw[] = [raw]): LockedImage {
  return {
    reference: parseReference(name),
    roles: ['run-image'],
    digest: raw.digest,
    mediaType: raw.mediaType,
    platforms: (isIndexType(raw.mediaType) ? platforms : [raw]).map(({ digest, platform = AMD64 }) => ({
      platform,
      digest,
    })),
  };
}

export function lockOf(...images: readonly LockedImage[]): Lock {
  return { images };
}
