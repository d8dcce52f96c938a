import { createCipheriv } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileItem } from '../../../packages/core/src/archive/index.ts';
import type { Descriptor } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { addBlob, writeIndex, writeLayer, type WrittenLayer } from '../../../packages/core/src/layout/index.ts';
import { kept, keyOf } from '../../bench/cache.ts';
import { linux } from '../../bench/image.ts';
import { EPOCH } from '../../bench/rootfs.ts';

/** To be counted up when anything below changes. */
const EDITION = 1;
const MEGABYTE = 1_000_000;
/** Bytes of a piece of random content. */
const PIECE = 4 * MEGABYTE;

/** An index of two platforms, kept as an OCI layout. */
export interface CarriedImage {
  /** As in `team/NAME:1`. */
  readonly name: string;
  readonly layout: string;
}

/** Layers of each platform, in megabytes; the first is the operating system, which images with the same `base` share. */
interface Shape {
  readonly name: string;
  readonly base: number;
  readonly layers: readonly number[];
}

/** Some 440 MB: each builder layer on top of the system stands for a buildpack, its dependencies, or the lifecycle. */
const SHAPES: readonly Shape[] = [
  { name: 'builder', base: 30, layers: [60, 45, 30, 12, 8, 4, 2, 1, 0.3, 0.05, 0.002] },
  { name: 'run', base: 30, layers: [3, 0.1] },
  { name: 'tools', base: 6, layers: [15, 4] },
];
const ARCHITECTURES = ['amd64', 'arm64'] as const;

/**
 * What is carried into a closed network: gzip and zstd layers in turn, and beside each platform an attestation as BuildKit adds it.
 *
 * @param scale of the layers' sizes
 */
export function carriedImages(scale = 1): Promise<readonly CarriedImage[]> {
  const scaled = (size: number) => size * scale;
  return imagesOf(SHAPES.map(({ name, base, layers }) => ({ name, base: scaled(base), layers: layers.map(scaled) })));
}

/** The same images, of which the builder has got a layer more: what `bundle --since` is for. */
export function changedImages(): Promise<readonly CarriedImage[]> {
  return imagesOf(
    SHAPES.map((shape) => (shape.name === 'builder' ? { ...shape, layers: [...shape.layers, 5] } : shape)),
  );
}

/** An image of two layers that are not compressed, for how much memory a large bundle takes. Not kept: it is as large as it says. */
export async function writeLargeImage(layout: string, megabytes: number): Promise<CarriedImage> {
  const layers: Descriptor[] = [];
  for (const seed of ['large/1', 'large/2']) {
    layers.push(await addBlob(layout, randomPieces(seed, (megabytes / 2) * MEGABYTE), MEDIA_TYPE.ociLayer));
  }
  const children = [await writeManifest(layout, layers, [], 'amd64')];
  await finish(layout, children);
  return { name: 'large', layout };
}

function imagesOf(shapes: readonly Shape[]): Promise<readonly CarriedImage[]> {
  return Promise.all(
    shapes.map(async (shape) => {
      const layout = await kept(`images/airgap-${keyOf(EDITION, shape)}`, (target) => writeShape(target, shape));
      return { name: shape.name, layout };
    }),
  );
}

async function writeShape(layout: string, { base, layers }: Shape): Promise<void> {
  const children: Descriptor[] = [];
  for (const architecture of ARCHITECTURES) {
    const seeds = [`${architecture}/base/${base}`, ...layers.map((size, index) => `${architecture}/${index}/${size}`)];
    const written: WrittenLayer[] = [];
    for (const [index, size] of [base, ...layers].entries()) {
      const compression = index % 2 === 0 ? 'gzip' : 'zstd';
      written.push(await writeLayer(layout, files(seeds[index] ?? '', size * MEGABYTE), { compression }));
    }
    const described = written.map(({ descriptor }) => descriptor);
    const diffIds = written.map(({ diffId }) => diffId);
    const image = await writeManifest(layout, described, diffIds, architecture);
    children.push(image, await writeAttestation(layout, image));
  }
  await finish(layout, children);
}

function* files(seed: string, size: number) {
  let number = 0;
  for (const piece of randomPieces(seed, size)) yield fileItem(`file-${number++}`, piece, { mtime: EPOCH });
}

/** Bytes that do not compress, and are the same for the same seed. */
function* randomPieces(seed: string, size: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', keyOf(seed), Buffer.alloc(16));
  for (let rest = size; rest > 0; rest -= PIECE) yield cipher.update(Buffer.alloc(Math.min(rest, PIECE)));
}

async function writeManifest(
  layout: string,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
  architecture: string,
): Promise<Descriptor> {
  const config = { ...linux(architecture), config: {}, rootfs: { type: 'layers', diff_ids: diffIds } };
  const described = await addJson(layout, MEDIA_TYPE.ociConfig, config);
  const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config: described, layers };
  return { ...(await addJson(layout, MEDIA_TYPE.ociManifest, manifest)), platform: linux(architecture) };
}

async function writeAttestation(layout: string, image: Descriptor): Promise<Descriptor> {
  const statement = { _type: 'https://in-toto.io/Statement/v0.1', subject: image.digest, padding: 'x'.repeat(60_000) };
  const layer = await addJson(layout, 'application/vnd.in-toto+json', statement);
  const annotations = {
    'vnd.docker.reference.digest': image.digest,
    'vnd.docker.reference.type': 'attestation-manifest',
  };
  const manifest = await writeManifest(layout, [layer], [layer.digest], 'unknown');
  return { ...manifest, platform: { os: 'unknown', architecture: 'unknown' }, annotations };
}

async function finish(layout: string, manifests: readonly Descriptor[]): Promise<void> {
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeIndex(layout, [await addJson(layout, MEDIA_TYPE.ociIndex, index)]);
}

function addJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  return addBlob(layout, [Buffer.from(JSON.stringify(value))], mediaType);
}
