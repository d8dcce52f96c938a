import { fileItem } from '../../packages/core/src/archive/index.ts';
import type { Descriptor, Platform } from '../../packages/core/src/image/manifest.ts';
import { distributionLabels, packageLayer, SEARCH_PATH } from './base.ts';
import { debianPackages, type DebianPackages } from './debian.ts';
import { addImage, addIndex, type BenchImage, finishLayout, type ImageTypes, linux } from './image.ts';
import { type Digests, keptImage } from './kept-image.ts';
import { keptLayer, type Layer } from './layer.ts';
import { accountItems, EPOCH, type User } from './rootfs.ts';

export interface RunImageOptions {
  /** Default `oci`. */
  readonly types?: ImageTypes;
  /** Images of different editions differ in one small layer: an image and its security update. Default `1`. */
  readonly edition?: string;
  /** Of the manifest; OCI types only. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Added to the labels that a run image has. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What the configuration claims; the files stay this machine's. */
  readonly architecture?: string;
  /** As an index: this image, a small one of another architecture and, with OCI types, an attestation as buildx adds it. */
  readonly index?: boolean;
  /** Where to write the layout, a folder that is empty or not there; default: kept in the cache. */
  readonly directory?: string;
}

/** Apps run as another user than builds, in the same group, as in Paketo's images. */
const USER: User = { name: 'cnb', uid: 1002, gid: 1000 };

/** A small run image: C and C++ libraries, bash, coreutils, certificates. */
export async function makeRunImage(options: RunImageOptions = {}): Promise<BenchImage> {
  const packages = await debianPackages();
  const layers = [await packageLayer('run packages', packages.run), await editionLayer(options.edition ?? '1')];
  const { directory, ...content } = options;
  const inputs = [layers.map(({ diffId }) => diffId), linux(), distributionLabels(packages), content];
  return keptImage('run', inputs, directory, (layout) => write(layout, layers, packages, options));
}

async function editionLayer(edition: string): Promise<Layer> {
  const items = [...accountItems(USER), fileItem('etc/bench-edition', `${edition}\n`, { mtime: EPOCH })];
  return keptLayer('run accounts', items, () => items);
}

async function write(
  layout: string,
  layers: readonly Layer[],
  packages: DebianPackages,
  { types = 'oci', index = false, ...options }: RunImageOptions,
): Promise<Digests> {
  const config = {
    User: `${USER.uid}:${USER.gid}`,
    Env: [SEARCH_PATH],
    Cmd: ['/bin/bash'],
    Labels: { ...distributionLabels(packages), ...options.labels },
  };
  const image = await addImage(layout, {
    types,
    platform: linux(options.architecture),
    layers,
    config,
    ...(options.annotations !== undefined && { annotations: options.annotations }),
  });
  const top = index ? await addIndex(layout, types, await indexEntries(layout, types, image)) : image;
  await finishLayout(layout, top);
  return { digest: top.digest, manifestDigest: image.digest };
}

/** This image in the middle: who takes the first entry, or the last, gets a wrong one. */
async function indexEntries(
  layout: string,
  types: ImageTypes,
  image: Descriptor & { platform: Platform },
): Promise<readonly Descriptor[]> {
  const architecture = image.platform.architecture === 'arm64' ? 'amd64' : 'arm64';
  const small = await keptLayer('placeholder', architecture, () => [fileItem('etc/placeholder', architecture)]);
  const other = await addImage(layout, { types, platform: linux(architecture), layers: [small], config: {} });
  if (types === 'docker') return [other, image];
  const platform = { os: 'unknown', architecture: 'unknown' };
  const statement = await addImage(layout, { types, platform, layers: [small], config: {} });
  const attestation = {
    ...statement,
    annotations: {
      'vnd.docker.reference.digest': image.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
  };
  return [other, image, attestation];
}
