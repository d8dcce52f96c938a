import type { Descriptor, Platform, RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import {
  parseRebaseInputs,
  type Ports,
  rebaseImages,
  type RebaseInputs,
  type RebaseReport,
} from '../../../packages/core/src/index.ts';
import type { RawInputs } from '../../../packages/core/src/inputs/reader.ts';
import { type Digest, digestOf, type Repository } from '../../../packages/core/src/reference/index.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { AMD64, bytes, layerOf, pushBlob, pushManifest, type Shelf } from '../airgap/fixture.ts';

type Labels = Readonly<Record<string, string | undefined>>;

/** A layer that is in a repository. */
export interface PushedLayer {
  readonly diffId: Digest;
  readonly descriptor: Descriptor;
}

export interface PushedBase {
  /** `registry/run:1`, by the name that apps record. */
  readonly name: string;
  readonly raw: RawManifest;
  readonly layers: readonly PushedLayer[];
  readonly labels: Labels;
}

export const UBUNTU = {
  'io.buildpacks.base.distro.name': 'ubuntu',
  'io.buildpacks.base.distro.version': '24.04',
  'io.buildpacks.stack.id': 'test.stack',
};

interface ImageParts {
  readonly layers: readonly PushedLayer[];
  readonly labels: Labels;
  readonly platform?: Platform;
  readonly env?: readonly string[];
  readonly created?: string;
}

export async function pushLayer(shelf: Shelf, repository: Repository, size = 20_000): Promise<PushedLayer> {
  const content = bytes(size);
  const blob = layerOf.gzip(content);
  const descriptor = await pushBlob(shelf, repository, { ...blob, mediaType: MEDIA_TYPE.dockerLayer });
  return { diffId: digestOf(content), descriptor };
}

async function pushParts(
  shelf: Shelf,
  repository: Repository,
  { layers, labels, platform = AMD64, env = [], created }: ImageParts,
  names: readonly string[],
): Promise<RawManifest> {
  const config = {
    ...platform,
    created,
    config: { Env: env, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    // Without it the lifecycle's rebase loses a layer (go-containerregistry, createAddendums).
    history: layers.map(() => ({ created: '1980-01-01T00:00:01Z' })),
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.dockerManifest,
    config: await pushBlob(shelf, repository, { bytes: configBytes, mediaType: MEDIA_TYPE.dockerConfig }),
    layers: layers.map(({ descriptor }) => descriptor),
  };
  return pushManifest(shelf, repository, manifest, ...names);
}

export interface BaseOptions {
  readonly tag?: string;
  /** Default: two new ones. */
  readonly layers?: readonly PushedLayer[];
  readonly labels?: Labels;
  readonly platform?: Platform;
  readonly created?: string;
}

/** @param name what apps record, when that is not where it is put */
export async function pushBase(
  shelf: Shelf,
  repository: Repository,
  { tag = '1', labels = UBUNTU, ...options }: BaseOptions = {},
  name = `${repository.registry}/${repository.path}:${tag}`,
): Promise<PushedBase> {
  const layers = options.layers ?? [await pushLayer(shelf, repository), await pushLayer(shelf, repository)];
  const raw = await pushParts(shelf, repository, { ...options, layers, labels }, [tag]);
  return { name, raw, layers, labels };
}

export interface AppOptions {
  readonly tags?: readonly string[];
  readonly labels?: Labels;
  readonly platform?: Platform;
  readonly platformApi?: string;
  readonly mirrors?: readonly string[];
  readonly topLayer?: string;
  readonly image?: string;
  /** Where the run image's layers can be mounted from; default: its own repository. */
  readonly near?: string;
}

/** An app image as the lifecycle would have made it on a run image, with one layer of its own. */
export async function pushApp(
  shelf: Shelf,
  repository: Repository,
  base: PushedBase,
  options: AppOptions = {},
): Promise<RawManifest> {
  const { tags = ['1'], labels = {}, platformApi = '0.15', mirrors, topLayer, platform = AMD64 } = options;
  const { image = base.name, near = pathOf(base.name) } = options;
  for (const { descriptor } of base.layers) {
    if (await shelf.client.mountBlob(repository, descriptor.digest, { ...repository, path: near })) continue;
    const source = { registry: base.name.slice(0, base.name.indexOf('/')), path: pathOf(base.name) };
    await shelf.client.uploadBlob(repository, descriptor, () => shelf.client.readBlob(source, descriptor));
  }
  const own = await pushLayer(shelf, repository, 3000);
  const metadata = {
    app: [{ sha: own.diffId }],
    buildpacks: [],
    config: { sha: '' },
    launcher: { sha: '' },
    'process-types': { sha: '' },
    runImage: {
      topLayer: topLayer ?? base.layers.at(-1)?.diffId,
      reference: `${base.name.replace(/:[^:/]*$/, '')}@${base.raw.digest}`,
      image,
      mirrors,
    },
  };
  const all = { ...base.labels, 'io.buildpacks.lifecycle.metadata': JSON.stringify(metadata), ...labels };
  const env = [`CNB_PLATFORM_API=${platformApi}`];
  return pushParts(shelf, repository, { layers: [...base.layers, own], labels: all, env, platform }, tags);
}

function pathOf(name: string): string {
  return name.slice(name.indexOf('/') + 1).replace(/:[^:/]*$/, '');
}

/** The inputs of a rebase, but for the images. */
export type Wishes = Partial<Omit<RebaseInputs, 'images'>> & { readonly inputs?: RawInputs };

/** Rebases in this process, as the command line does. */
export async function rebase(
  images: readonly string[],
  { inputs = {}, ...wishes }: Wishes = {},
  ports: Partial<Ports> = {},
): Promise<RebaseReport> {
  const given: RebaseInputs = {
    mode: 'rebase',
    force: false,
    images,
    lists: [],
    prefixes: [],
    tags: [],
    exclude: [],
    excludeTags: [],
    runImages: [],
    policies: [],
    untrusted: [],
    olderThan: undefined,
    keepOldAs: undefined,
    parallel: undefined,
    ...wishes,
  };
  const context = { environment: {}, workingDirectory: process.cwd(), now: Date.now() };
  return rebaseImages(parseRebaseInputs(given, inputs, context), corePorts(ports));
}
