import { parseImageConfig, parseManifest, type Platform, rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import type { Image } from '../../src/image/source.ts';
import { type AppImage, type BaseImage, readAppImage, readDocuments } from '../../src/rebase/app-image.ts';
import { type Digest, digestOf } from '../../src/reference/index.ts';

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

/** A digest like no other. */
export function sha(text: string): Digest {
  return digestOf(Buffer.from(text));
}

export interface ImageOptions {
  /** Names of layers, from the bottom. */
  readonly layers: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly env?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** In place of what is written. */
  readonly manifest?: object;
}

export function imageOf({ layers, labels, platform = AMD64, env, annotations, manifest: more }: ImageOptions): Image {
  const config = {
    ...platform,
    config: { Env: env, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => sha(`tar of ${layer}`)) },
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(configBytes), size: configBytes.length },
    layers: layers.map((layer) => ({ mediaType: MEDIA_TYPE.ociLayerGzip, digest: sha(layer), size: layer.length })),
    annotations,
    ...more,
  };
  const raw = rawManifest(Buffer.from(JSON.stringify(manifest)), MEDIA_TYPE.ociManifest);
  const source = {
    name: 'memory',
    manifest: () => Promise.resolve(undefined),
    has: () => Promise.resolve(false),
    open: () => Promise.reject(new Error('there is no layer')),
  };
  return { source, raw, manifest: parseManifest(raw), configBytes, config: parseImageConfig(configBytes) };
}

export interface AppOptions extends Partial<ImageOptions> {
  readonly platformApi?: string;
  readonly runImage?: object;
  readonly stack?: object;
}

/** An app image with the run image `run.example/base:1` of the layers `base-1` and `base-2`, and a layer of its own. */
export function appImage(options: AppOptions = {}): Image {
  const { platformApi = '0.15', runImage, stack, labels, ...rest } = options;
  const metadata = {
    runImage: {
      topLayer: sha('tar of base-2'),
      reference: `run.example/base@${sha('old')}`,
      image: 'run.example/base:1',
      mirrors: ['mirror.example/base:1'],
      ...runImage,
    },
    stack,
  };
  return imageOf({
    layers: ['base-1', 'base-2', 'app'],
    env: [`CNB_PLATFORM_API=${platformApi}`],
    labels: { ...labels, 'io.buildpacks.lifecycle.metadata': JSON.stringify(metadata) },
    ...rest,
  });
}

export function app(options: AppOptions = {}): AppImage {
  return readAppImage(appImage(options));
}

/** The next edition of that run image. */
export function base(options: Partial<ImageOptions> & { readonly name?: string } = {}): BaseImage {
  const { name = 'run.example/base:1', ...rest } = options;
  const image = imageOf({ layers: ['base-1', 'base-3'], ...rest });
  return { image, ...readDocuments(image), name, reference: `${name.replace(/:1$/, '')}@${image.raw.digest}` };
}
