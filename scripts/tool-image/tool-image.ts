import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileItem, type TarItem } from '../../packages/core/src/archive/index.ts';
import type { Descriptor } from '../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../packages/core/src/image/media-types.ts';
import { addBlob, writeIndex, writeLayer, type WrittenLayer } from '../../packages/core/src/layout/index.ts';
import type { Version } from '../release/version.ts';
import type { Architecture } from './architecture.ts';
import { configuration, type Described, descriptions } from './config.ts';
import { debianFiles } from './debian-files.ts';
import { fetchPackages } from './debian-packages.ts';
import { fetchNode, nodePackage } from './node-package.ts';
import { LICENCES } from './packages.ts';
import type { Pins } from './pins.ts';
import { TIME, TOOL } from './places.ts';
import { type OwnProgram, programItems } from './program-layer.ts';
import { imageLicences, imageSbom } from './sbom.ts';
import { programItem, relocatedProgram, systemItems } from './system-layer.ts';

/** Everything that decides the image's bytes besides this code. */
export interface ToolImage {
  readonly version: Version;
  readonly pins: Pins;
  readonly programs: readonly OwnProgram[];
}

/** One layer before it is written. */
export interface LayerPlan {
  /** What history says of it. */
  readonly createdBy: string;
  /** A JSON value that decides its bytes. */
  readonly key: unknown;
  readonly items: () => Promise<readonly TarItem[]>;
}

/** Puts a layer into the layout: gzip, since Docker before 23 and many a registry's scanner know nothing else. */
export type LayerStore = (layout: string, plan: LayerPlan) => Promise<WrittenLayer>;

/** Where the image is made. */
export interface Workplace {
  /** A folder in which downloaded packages are kept. */
  readonly cache: string;
  /** Default: writes each layer anew. */
  readonly store?: LayerStore;
}

const freshLayers: LayerStore = async (layout, plan) => writeLayer(layout, await plan.items());

/** Writes the image for one architecture into a layout and gives its manifest's descriptor. */
export async function addToolImage(
  layout: string,
  image: ToolImage & { readonly architecture: Architecture },
  { cache, store = freshLayers }: Workplace,
): Promise<Descriptor> {
  const { architecture } = image;
  const plans = layerPlans(image, architecture, cache);
  const layers: WrittenLayer[] = [];
  for (const plan of plans) layers.push(await store(layout, plan));
  const described = plans.map(({ createdBy }, index) => ({ createdBy, diffId: layers[index]?.diffId ?? '' }));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await addJson(layout, MEDIA_TYPE.ociConfig, configuration(architecture, describedBy(image), described)),
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: descriptions(describedBy(image)),
  };
  const descriptor = await addJson(layout, MEDIA_TYPE.ociManifest, manifest);
  return { ...descriptor, platform: { os: 'linux', architecture } };
}

/** Writes the index over the manifests, and gives its descriptor. */
export async function addToolIndex(
  layout: string,
  image: ToolImage,
  manifests: readonly Descriptor[],
): Promise<Descriptor> {
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociIndex,
    manifests,
    annotations: descriptions(describedBy(image)),
  };
  return addJson(layout, MEDIA_TYPE.ociIndex, index);
}

/** Makes the layout consist of one image or index under a tag. */
export async function finishLayout(layout: string, descriptor: Descriptor, tag: string): Promise<void> {
  await writeFile(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeIndex(layout, [{ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } }]);
}

function describedBy({ version, programs }: ToolImage): Described {
  return { version, licences: imageLicences(programs) };
}

/** The lowest first: Debian's part, Node, ours. What changes more often is above what changes less often. */
function layerPlans(image: ToolImage, architecture: Architecture, cache: string): readonly LayerPlan[] {
  const { pins, programs, version } = image;
  const node = nodePackage(architecture);
  const sbom = imageSbom(architecture, version, pins, programs);
  const texts = programs.map(({ name, text, licences }) => [name, text, licences]);
  return [
    {
      createdBy: 'shell, C library and certificates',
      key: [architecture, pins.applets, pins.packages[architecture], node],
      items: () => systemLayer(image, architecture, cache),
    },
    { createdBy: `Node ${node.version}`, key: [architecture, node], items: () => nodeLayer(architecture, cache) },
    {
      createdBy: `buildpacks-ci ${version}`,
      key: [version, texts, sbom],
      items: () => Promise.resolve(programItems(programs, version, sbom)),
    },
  ];
}

async function systemLayer({ pins }: ToolImage, architecture: Architecture, cache: string) {
  const packages = await fetchPackages(pins, architecture, cache);
  const { program } = await fetchNode(architecture, cache);
  const files = await debianFiles(packages.values());
  const { applets } = pins;
  return systemItems({ architecture, files, packages: Object.keys(LICENCES), applets, others: [program] });
}

async function nodeLayer(architecture: Architecture, cache: string): Promise<readonly TarItem[]> {
  const { program, licence } = await fetchNode(architecture, cache);
  return [
    programItem(`${TOOL.programs}/node`, relocatedProgram(program, architecture)),
    fileItem(`${TOOL.licences}/node.txt`, licence, { mtime: TIME.seconds }),
  ];
}

async function addJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  return addBlob(layout, [Buffer.from(JSON.stringify(value))], mediaType);
}
