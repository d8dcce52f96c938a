import { chown } from 'node:fs/promises';
import path from 'node:path';
import { asArray, asRecord, asText, type JsonRecord, parseJson } from '../json/json.ts';
import { type Digest, isDigest } from '../reference/index.ts';

/** The folder of a volume cache that holds what the last successful build kept (lifecycle, `cache/volume_cache.go`). */
export const COMMITTED = 'committed';
/** The file of a volume cache that says which layers it holds (lifecycle, `cache/volume_cache.go`). */
export const CACHE_METADATA = 'io.buildpacks.lifecycle.cache.metadata';

/** From this size on, in bytes, a layer that is mostly holes is not read: the lifecycle writes none, and it would take for ever. */
const LARGE = 1024 ** 3;
const BLOCK = 512;

const LAYER_FILE = /^(sha256:[0-9a-f]{64})\.tar$/;

/** The layer that a file of `committed/` holds, by diff id; undefined for any other file. */
export function layerOfFile(name: string): Digest | undefined {
  const digest = LAYER_FILE.exec(name)?.[1];
  return digest !== undefined && isDigest(digest) ? digest : undefined;
}

export function fileOfLayer(diffId: Digest): string {
  return `${diffId}.tar`;
}

/** Whether a layer's file is none that the lifecycle would write: large, and without content on the disk. */
export function consistsOfHoles({ size, blocks }: { readonly size: number; readonly blocks: number }): boolean {
  return size > LARGE && blocks * BLOCK < size / 4;
}

/** Gives a `committed` folder with these layers and their metadata to a user. */
export async function giveAway(
  committed: string,
  layers: Iterable<Digest>,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const names = [...Array.from(layers, fileOfLayer), CACHE_METADATA, ''];
  for (const name of names) await chown(path.join(committed, name), uid, gid);
}

/** The diff ids that cache metadata names. */
export function layersIn(metadata: Uint8Array): ReadonlySet<Digest> {
  const json = asRecord(parseJson(metadata)) ?? {};
  const shas = [json['sbom'], ...asArray(json['buildpacks']).flatMap((item) => Object.values(layersOf(item)))];
  return new Set(shas.map(shaOf).filter((sha) => sha !== undefined));
}

/**
 * Metadata without the layers that are not there. A layer and its metadata go together: the lifecycle leaves the metadata of a layer
 * that it can't restore, and some buildpacks trust it.
 *
 * @returns undefined when the metadata is not a JSON object
 */
export function withoutMissingLayers(metadata: Uint8Array, present: ReadonlySet<Digest>): Uint8Array | undefined {
  const json = asRecord(parseJson(metadata));
  if (json === undefined) return undefined;
  if ([...layersIn(metadata)].every((layer) => present.has(layer))) return metadata;
  const kept = (value: unknown) => {
    const sha = shaOf(value);
    return sha !== undefined && present.has(sha);
  };
  const buildpacks = asArray(json['buildpacks']).map((item) => ({
    ...asRecord(item),
    layers: Object.fromEntries(Object.entries(layersOf(item)).filter(([, layer]) => kept(layer))),
  }));
  const sbom = kept(json['sbom']) ? json['sbom'] : { sha: '' };
  return new TextEncoder().encode(`${JSON.stringify({ ...json, sbom, buildpacks })}\n`);
}

function layersOf(buildpack: unknown): JsonRecord {
  return asRecord(asRecord(buildpack)?.['layers']) ?? {};
}

function shaOf(layer: unknown): Digest | undefined {
  const sha = asText(asRecord(layer)?.['sha']);
  return sha !== undefined && isDigest(sha) ? sha : undefined;
}
