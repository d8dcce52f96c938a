import { type Descriptor, parseManifest, type RawManifest, rawManifest } from '../../image/manifest.ts';
import { MEDIA_TYPE } from '../../image/media-types.ts';
import { NO_CONFIG_DESCRIPTOR } from '../../image/no-config.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { type Digest, digestOf, isDigest } from '../../reference/index.ts';

const ARTIFACT_TYPE = 'application/vnd.buildpacks-ci.cache.v1';
const INDEX_TYPE = 'application/vnd.buildpacks-ci.cache.index.v1';
export const PACK_TYPE = 'application/vnd.buildpacks-ci.cache.pack.v1';

const CREATED = 'org.opencontainers.image.created';
const KEY = 'buildpacks-ci.cache.key';
const PREVIOUS = 'buildpacks-ci.cache.previous';

/** What a tag of a cache names: its index, and the packs that must stay with it. */
export interface CacheArtifact {
  readonly key: string;
  /** Absent when the key was removed where nothing can be deleted. */
  readonly index?: Descriptor;
  readonly packs: readonly Descriptor[];
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** The manifest that the tag had before: it goes with the next one, as somebody may be reading it. */
  readonly previous?: Digest;
}

export function indexDescriptor(object: Uint8Array): Descriptor {
  return { mediaType: INDEX_TYPE, digest: digestOf(object), size: object.length };
}

/**
 * The artifact's manifest. Its key is in it, so that no two keys have the same manifest: who deletes one by its digest deletes the other's
 * tag with it.
 */
export function renderArtifact({ key, index, packs, created, previous }: CacheArtifact): RawManifest {
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: ARTIFACT_TYPE,
    config: NO_CONFIG_DESCRIPTOR,
    layers: index === undefined ? [NO_CONFIG_DESCRIPTOR] : [index, ...packs],
    annotations: {
      [CREATED]: new Date(created).toISOString(),
      [KEY]: key,
      ...(previous !== undefined && { [PREVIOUS]: previous }),
    },
  };
  return rawManifest(Buffer.from(JSON.stringify(manifest)), MEDIA_TYPE.ociManifest);
}

/** Reads a manifest that a key's tag names; undefined when it is not one of ours, or another key's. */
export function readArtifact(raw: RawManifest, key: string): CacheArtifact | undefined {
  const { layers, annotations = {} } = parsed(raw) ?? { layers: [] };
  if (annotations[KEY] !== key) return undefined;
  const index = layers.find(({ mediaType }) => mediaType === INDEX_TYPE);
  const previous = annotations[PREVIOUS];
  const created = Date.parse(annotations[CREATED] ?? '');
  return {
    key,
    ...(index !== undefined && { index }),
    packs: layers.filter(({ mediaType }) => mediaType === PACK_TYPE),
    created: Number.isNaN(created) ? 0 : created,
    ...(previous !== undefined && isDigest(previous) && { previous }),
  };
}

function parsed(raw: RawManifest) {
  try {
    return parseManifest(raw);
  } catch (error) {
    if (error instanceof BuildpacksError && error.code === 'image') return undefined;
    throw error;
  }
}
