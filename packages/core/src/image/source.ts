import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BuildpacksError } from '../errors/index.ts';
import type { Digest } from '../reference/index.ts';
import {
  type Descriptor,
  type ImageConfig,
  type Manifest,
  parseImageConfig,
  parseManifest,
  type RawManifest,
} from './manifest.ts';

/** Where an image's manifest and blobs can be read from: a repository of a registry, an OCI layout. Everything read is verified. */
export interface ImageSource {
  /** For messages: `registry.example/app`, `oci:./out`. */
  readonly name: string;
  /** The manifest or index with this digest, as bytes that hash to it; undefined when it is not there. */
  manifest(digest: Digest): Promise<RawManifest | undefined>;
  has(descriptor: Descriptor): Promise<boolean>;
  /** The blob's bytes; the stream fails at its end when size or digest differ from the descriptor's. */
  open(descriptor: Descriptor): Promise<Readable>;
}

/** One platform's image, its small parts read and parsed. */
export interface Image {
  readonly source: ImageSource;
  readonly raw: RawManifest;
  readonly manifest: Manifest;
  readonly configBytes: Uint8Array;
  readonly config: ImageConfig;
}

/** Configurations are small; anything larger is refused before it is read. */
export const MAX_CONFIG_SIZE = 8 * 1024 * 1024;

/** Reads the configuration that belongs to a manifest. */
export async function readImage(source: ImageSource, raw: RawManifest): Promise<Image> {
  const manifest = parseManifest(raw);
  if (manifest.config.size > MAX_CONFIG_SIZE) {
    throw new BuildpacksError(
      'image',
      `the configuration of ${source.name}@${raw.digest} has ${manifest.config.size} bytes`,
    );
  }
  const configBytes = new Uint8Array(await buffer(await source.open(manifest.config)));
  const config = parseImageConfig(configBytes);
  if (config.diffIds.length !== manifest.layers.length) {
    throw new BuildpacksError(
      'image',
      `${source.name}@${raw.digest} has ${manifest.layers.length} layers and ${config.diffIds.length} diff ids`,
    );
  }
  return { source, raw, manifest, configBytes, config };
}
