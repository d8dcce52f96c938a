import { BuildpacksError } from '../errors/index.ts';
import {
  asArray,
  asRecord,
  asStringMap,
  asStrings,
  asText,
  type JsonRecord,
  optional,
  parseJson,
} from '../json/json.ts';
import { type Digest, digestOf, isDigest } from '../reference/index.ts';
import { isIndexType, isManifestType } from './media-types.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** A pointer to content (OCI image specification, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where else the content can be fetched; set on layers that may not be distributed (foreign layers). */
  readonly urls?: readonly string[];
  /** What an artifact's manifest says that it is (image specification 1.1). */
  readonly artifactType?: string;
}

/** An image manifest as parsed; the bytes are kept beside it (`RawManifest`), since parse and stringify changes the digest. */
export interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** The manifest that this one is about: it is a referrer of that (image specification 1.1). */
  readonly subject?: Descriptor;
}

export interface Index {
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly subject?: Descriptor;
}

/** A manifest or index exactly as it was received. */
export interface RawManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** The part of an image's configuration that a build reads (OCI image specification, config.md). */
export interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly created?: string;
  readonly config: {
    readonly User?: string;
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly WorkingDir?: string;
  };
  readonly diffIds: readonly Digest[];
}

export function rawManifest(bytes: Uint8Array, mediaType: string): RawManifest {
  return { bytes, mediaType, digest: digestOf(bytes) };
}

/** @throws BuildpacksError `image` when it is not an image manifest */
export function parseManifest(raw: RawManifest): Manifest {
  const json = parseObject(raw);
  if (!isManifestType(raw.mediaType)) throw broken(raw, `its media type is "${raw.mediaType}"`);
  if ('manifests' in json) throw broken(raw, 'it has both layers and manifests');
  return {
    mediaType: raw.mediaType,
    config: parseDescriptor(json['config'], raw),
    layers: asArray(json['layers']).map((layer) => parseDescriptor(layer, raw)),
    ...optionalAnnotations(json),
    ...optionalSubject(json, raw),
  };
}

/** @throws BuildpacksError `image` when it is not an index */
export function parseIndex(raw: RawManifest): Index {
  const json = parseObject(raw);
  if (!isIndexType(raw.mediaType)) throw broken(raw, `its media type is "${raw.mediaType}"`);
  if ('layers' in json || 'config' in json) throw broken(raw, 'it has both layers and manifests');
  return {
    mediaType: raw.mediaType,
    manifests: asArray(json['manifests']).map((child) => parseDescriptor(child, raw)),
    ...optionalAnnotations(json),
    ...optionalSubject(json, raw),
  };
}

/** @throws BuildpacksError `image` when it is not an image configuration */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const json = asRecord(parseJson(bytes));
  const config = asRecord(json?.['config']) ?? {};
  const rootfs = asRecord(json?.['rootfs']) ?? {};
  const diffIds = asArray(rootfs['diff_ids']).filter((id): id is Digest => typeof id === 'string' && isDigest(id));
  if (json === undefined || diffIds.length !== asArray(rootfs['diff_ids']).length) {
    throw new BuildpacksError('image', `the image configuration ${digestOf(bytes)} is not valid`);
  }
  return {
    os: asText(json['os']) ?? '',
    architecture: asText(json['architecture']) ?? '',
    ...optional('variant', asText(json['variant'])),
    ...optional('created', asText(json['created'])),
    config: {
      ...optional('User', asText(config['User'])),
      ...optional('WorkingDir', asText(config['WorkingDir'])),
      Env: asStrings(config['Env']),
      Labels: asStringMap(config['Labels']),
      Entrypoint: asStrings(config['Entrypoint']),
      Cmd: asStrings(config['Cmd']),
    },
    diffIds,
  };
}

function parseObject(raw: RawManifest): JsonRecord {
  const json = asRecord(parseJson(raw.bytes));
  if (json === undefined) throw broken(raw, 'it is not a JSON object');
  const declared = json['mediaType'];
  if (typeof declared === 'string' && declared !== '' && declared !== raw.mediaType) {
    throw broken(raw, `it was served as "${raw.mediaType}" and calls itself "${declared}"`);
  }
  return json;
}

function parseDescriptor(value: unknown, raw: RawManifest): Descriptor {
  const json = asRecord(value) ?? {};
  const { mediaType, digest, size } = json;
  if (typeof digest !== 'string' || !isDigest(digest)) throw broken(raw, `"${String(digest)}" is not a sha256 digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw broken(raw, `${digest} has no size`);
  const platform = asRecord(json['platform']);
  return {
    mediaType: asText(mediaType) ?? '',
    digest,
    size,
    ...(platform && { platform: parsePlatform(platform) }),
    ...optionalAnnotations(json),
    ...(asArray(json['urls']).length > 0 && { urls: asStrings(json['urls']) }),
    ...optional('artifactType', asText(json['artifactType'])),
  };
}

function optionalSubject(json: JsonRecord, raw: RawManifest): { subject?: Descriptor } {
  return asRecord(json['subject']) === undefined ? {} : { subject: parseDescriptor(json['subject'], raw) };
}

function parsePlatform(json: JsonRecord): Platform {
  return {
    os: asText(json['os']) ?? '',
    architecture: asText(json['architecture']) ?? '',
    ...optional('variant', asText(json['variant'])),
  };
}

function optionalAnnotations(json: JsonRecord): { annotations?: Readonly<Record<string, string>> } {
  return asRecord(json['annotations']) === undefined ? {} : { annotations: asStringMap(json['annotations']) };
}

function broken(raw: RawManifest, why: string): BuildpacksError {
  return new BuildpacksError('image', `the manifest ${raw.digest} is not valid: ${why}`);
}
