import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { directoryItem, fileItem, type TarItem } from '../../src/archive/index.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { addBlob, writeIndex, writeLayer, type WrittenLayer } from '../../src/layout/index.ts';
import type { Digest } from '../../src/reference/index.ts';

/** The layers of the app image that `writeAppImage` makes, from the bottom. */
export interface AppLayers {
  /** The run image's last one. */
  readonly base: Digest;
  readonly modules: Digest;
  readonly app: Digest;
  readonly sbom: Digest;
}

export interface AppImageOptions {
  /** Members of the SBOM layer. */
  readonly sbom?: readonly TarItem[];
  /** Members of a layer with bills of materials of the run image. */
  readonly baseSbom?: readonly TarItem[];
  /** Added to the image's own labels; undefined removes one. */
  readonly labels?: Readonly<Record<string, string | undefined>>;
}

const SBOM = [
  directoryItem('/layers/sbom/launch/samples_nodejs'),
  fileItem('/layers/sbom/launch/samples_nodejs/modules/sbom.cdx.json', '{"bomFormat":"CycloneDX"}'),
  fileItem('/layers/sbom/launch/samples_nodejs/launch.toml.cdx.json', '{}'),
];

/** Writes an OCI layout with one small image as the lifecycle would make it, and gives its diff ids. */
export async function writeAppImage(directory: string, options: AppImageOptions = {}): Promise<AppLayers> {
  const base = await writeLayer(directory, [fileItem('etc/os-release', 'ID=sample')]);
  const modules = await writeLayer(directory, [fileItem('layers/samples_nodejs/modules/index.js', '1')]);
  const app = await writeLayer(directory, [fileItem('workspace/server.js', '2')]);
  const sbom = await writeLayer(directory, options.sbom ?? SBOM);
  const baseSbom = options.baseSbom === undefined ? [] : [await writeLayer(directory, options.baseSbom)];
  const top = baseSbom[0] ?? base;
  const layers = { base: top.diffId, modules: modules.diffId, app: app.diffId, sbom: sbom.diffId };
  const labels = { ...appLabels(layers), ...sbomLabel(baseSbom), ...options.labels };
  await writeImage(directory, [base, ...baseSbom, modules, app, sbom], labels);
  return layers;
}

/** Writes an OCI layout with one small run image. */
export async function writeRunImage(
  directory: string,
  { baseSbom: items, labels }: Omit<AppImageOptions, 'sbom'> = {},
): Promise<void> {
  const base = await writeLayer(directory, [fileItem('etc/os-release', 'ID=sample')]);
  const baseSbom = items === undefined ? [] : [await writeLayer(directory, items)];
  await writeImage(directory, [base, ...baseSbom], { ...sbomLabel(baseSbom), ...labels });
}

function sbomLabel([layer]: readonly WrittenLayer[]): Readonly<Record<string, string>> {
  return layer === undefined ? {} : { 'io.buildpacks.base.sbom': layer.diffId };
}

async function writeImage(
  directory: string,
  layers: readonly WrittenLayer[],
  labels: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const config = {
    os: 'linux',
    architecture: 'amd64',
    created: '1980-01-01T00:00:01Z',
    config: { Env: ['CNB_PLATFORM_API=0.15'], Entrypoint: ['/cnb/process/web'], Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await addBlob(directory, [json(config)], MEDIA_TYPE.ociConfig),
    layers: layers.map(({ descriptor }) => descriptor),
  };
  await writeIndex(directory, [await addBlob(directory, [json(manifest)], MEDIA_TYPE.ociManifest)]);
  await writeFile(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

function appLabels({ base, modules, app, sbom }: AppLayers): Readonly<Record<string, string>> {
  return {
    'io.buildpacks.lifecycle.metadata': JSON.stringify({
      app: [{ sha: app }],
      sbom: { sha: sbom },
      buildpacks: [{ key: 'samples/nodejs', version: '1.2.3', layers: { modules: { sha: modules, launch: true } } }],
      runImage: {
        topLayer: base,
        reference: `run.example/base@${base}`,
        image: 'run.example/base',
        mirrors: ['mirror.example/base'],
      },
    }),
    'io.buildpacks.build.metadata': JSON.stringify({
      buildpacks: [{ id: 'samples/nodejs', version: '1.2.3', homepage: 'https://nodejs.example' }],
      processes: [
        { type: 'web', command: ['node'], args: ['server.js'], direct: true, buildpackID: 'samples/nodejs' },
        { type: 'worker', command: ['node', 'worker.js'], args: [], direct: true },
      ],
      launcher: { version: '0.21.14' },
    }),
    'io.buildpacks.base.distro.name': 'debian',
    'io.buildpacks.base.distro.version': '12',
    'org.opencontainers.image.title': 'sample',
  };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
