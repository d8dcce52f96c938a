import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { compressed, fileItem, writeTar } from '../../src/archive/index.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { type Digest, digestOf } from '../../src/reference/index.ts';
import { type FakeRegistry, type Fault, startFakeRegistry } from '../registry/fake-registry.ts';

export interface BaseOptions {
  /** What stands for the content of its only layer. */
  readonly layer: string;
  readonly created?: string;
}

export interface AppOptions {
  /** The run image's layer that the app stands on, and the name under which later ones are found. */
  readonly base: {
    readonly layer: string;
    readonly name?: string;
    readonly digest?: Digest;
    readonly mirrors?: readonly string[];
  };
  readonly lifecycle?: string;
  readonly buildpacks?: readonly { readonly id: string; readonly version: string }[];
  /** Of the image's own bill of materials; absent: it has none. */
  readonly components?: readonly { readonly name: string; readonly version?: string; readonly purl?: string }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly architecture?: string;
  /** What its manifest says of the size of the layer with its bill of materials, when that is not true. */
  readonly sbomSize?: number;
}

/** A registry with run images and app images, as far as a survey reads them. */
export class FleetRegistry {
  readonly registry: FakeRegistry;

  constructor(registry: FakeRegistry) {
    this.registry = registry;
  }

  /** `127.0.0.1:PORT/path`. */
  name(path: string): string {
    return `${this.registry.host}/${path}`;
  }

  /** Adds a run image, and gives its digest. */
  addBase(path: string, { layer, created = '2026-01-01T00:00:00Z' }: BaseOptions): Digest {
    return this.#add(path, { os: 'linux', architecture: 'amd64', created, config: {} }, [this.#layer(layer)]);
  }

  /** Adds an image that the lifecycle could have made. */
  async addApp(path: string, options: AppOptions): Promise<Digest> {
    const { base, components, architecture = 'amd64', sbomSize } = options;
    const below = this.#layer(base.layer);
    const app = this.#layer(`app ${path}`);
    const sbom = components === undefined ? undefined : await this.#sbomLayer(components);
    const metadata = {
      app: [{ sha: app.diffId }],
      ...(sbom && { sbom: { sha: sbom.diffId } }),
      buildpacks: [],
      runImage: {
        topLayer: below.diffId,
        image: base.name,
        mirrors: base.mirrors,
        ...(base.digest && { reference: `${base.name?.replace(/:[^:/]*$/, '') ?? ''}@${base.digest}` }),
      },
    };
    const { lifecycle = '0.21.14', buildpacks = [{ id: 'samples/java', version: '1.0.0' }], labels } = options;
    const build = { buildpacks, processes: [], launcher: { version: lifecycle } };
    const Labels = {
      'io.buildpacks.lifecycle.metadata': JSON.stringify(metadata),
      'io.buildpacks.build.metadata': JSON.stringify(build),
      ...labels,
    };
    const config = { os: 'linux', architecture, created: '1980-01-01T00:00:01Z', config: { Labels } };
    const told = sbom && { ...sbom, size: sbomSize ?? sbom.size };
    return this.#add(path, config, [below, app, ...(told ? [told] : [])]);
  }

  /** Adds an image from a Dockerfile. */
  addOther(path: string): Digest {
    return this.#add(path, { os: 'linux', architecture: 'amd64', config: {} }, [this.#layer('other')]);
  }

  /** Adds an index of images that are there. */
  addIndex(
    path: string,
    images: readonly { readonly digest: Digest; readonly architecture: string; readonly mediaType?: string }[],
  ): Digest {
    const manifests = images.map(({ digest, architecture, mediaType = MEDIA_TYPE.ociManifest }) => ({
      mediaType,
      digest,
      size: 1,
      platform: { os: architecture === 'unknown' ? 'unknown' : 'linux', architecture },
    }));
    return this.#put(path, { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests }, MEDIA_TYPE.ociIndex);
  }

  #layer(content: string): Layer {
    return {
      ...this.registry.addBlob(content),
      mediaType: MEDIA_TYPE.ociLayer,
      diffId: digestOf(Buffer.from(content)),
    };
  }

  async #sbomLayer(components: NonNullable<AppOptions['components']>): Promise<Layer> {
    const bill = JSON.stringify({ components: components.map((each) => ({ type: 'library', ...each })) });
    const tar = await buffer(
      Readable.from(writeTar([fileItem('/layers/sbom/launch/samples_java/jre/sbom.cdx.json', bill)])),
    );
    const blob = await buffer(compressed(Readable.from([tar]), 'gzip'));
    return { ...this.registry.addBlob(blob), mediaType: MEDIA_TYPE.ociLayerGzip, diffId: digestOf(tar) };
  }

  #add(path: string, config: object, layers: readonly Layer[]): Digest {
    const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
    const blob = this.registry.addBlob(JSON.stringify({ ...config, rootfs }));
    const manifest = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      config: { ...blob, mediaType: MEDIA_TYPE.ociConfig },
      layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    };
    return this.#put(path, manifest, MEDIA_TYPE.ociManifest);
  }

  #put(path: string, json: object, mediaType: string): Digest {
    const bytes = Buffer.from(JSON.stringify(json));
    const digest = digestOf(bytes);
    const repository = path.slice(0, path.lastIndexOf(':'));
    this.registry.manifests.set(path, { mediaType, bytes });
    this.registry.manifests.set(`${repository}:${digest}`, { mediaType, bytes });
    return digest;
  }
}

interface Layer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: Digest;
}

/** An empty one, stopped when the test ends. */
export async function startFleetRegistry(fault?: Fault): Promise<FleetRegistry> {
  return new FleetRegistry(await startFakeRegistry(fault));
}
