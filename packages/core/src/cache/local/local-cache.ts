import { createHash } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openRegularFile, readRegularFile } from '../../files/regular-file.ts';
import { asRecord, parseJson } from '../../json/json.ts';
import type { Digest } from '../../reference/index.ts';
import {
  CACHE_METADATA,
  COMMITTED,
  consistsOfHoles,
  fileOfLayer,
  giveAway,
  layerOfFile,
  layersIn,
  withoutMissingLayers,
} from '../volume-cache.ts';

/** What moved between the folder and a build. */
export interface CacheFigures {
  readonly layers: number;
  readonly bytes: number;
}

const NOTHING: CacheFigures = { layers: 0, bytes: 0 };
/** Metadata larger than this is not the lifecycle's. */
const MAX_METADATA = 16 * 1024 * 1024;
const READ_SIZE = 1024 * 1024;

/**
 * Fills a build's volume cache from a folder: `from/` holds layer tars and the metadata, `cache/committed/` gets a copy that the CNB
 * user may link. A layer whose tar is gone, or goes meanwhile since another build saves, is left out together with its metadata; a folder
 * that is not there gives nothing.
 */
export async function restoreLocalCache(
  from: string,
  cache: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
  signal?: AbortSignal,
): Promise<CacheFigures> {
  const metadata = await readPlain(from, [CACHE_METADATA]);
  if (metadata === undefined || asRecord(parseJson(metadata)) === undefined) return NOTHING;

  // Not made before it is filled: the lifecycle makes it as its own, and could not read ours under some umasks.
  const committed = path.join(cache, COMMITTED);
  await mkdir(committed, { recursive: true });
  const restored = new Set<Digest>();
  let bytes = 0;
  for (const layer of layersIn(metadata)) {
    signal?.throwIfAborted();
    const size = await copyPlain(from, fileOfLayer(layer), path.join(committed, fileOfLayer(layer)));
    if (size === undefined) continue;
    restored.add(layer);
    bytes += size;
  }
  const pruned = withoutMissingLayers(metadata, restored);
  if (pruned === undefined) return NOTHING;
  await writeFile(path.join(committed, CACHE_METADATA), pruned);
  if (owner !== undefined) await giveAway(committed, restored, owner);
  return { layers: restored.size, bytes };
}

/**
 * Brings what the build cached into the store. The build's directory is hostile input: regular files in real folders only, each tar
 * hashed against its name while it is copied. Metadata comes last, so that a kill leaves the older cache.
 */
export async function saveLocalCache(cache: string, to: string, signal?: AbortSignal): Promise<CacheFigures> {
  const metadata = await readPlain(cache, [COMMITTED, CACHE_METADATA]);
  if (metadata === undefined) return NOTHING;
  await mkdir(to, { recursive: true });
  const scratch = await mkdtemp(path.join(to, '.saving-'));
  try {
    const stored = new Set((await readdir(to)).map(layerOfFile));
    const wanted = layersIn(metadata);
    const present = new Set([...wanted].filter((layer) => stored.has(layer)));
    let saved = NOTHING;
    for (const layer of wanted) {
      if (stored.has(layer)) continue;
      const bytes = await copyVerified(cache, layer, path.join(scratch, 'layer'), signal);
      if (bytes === undefined) continue;
      await rename(path.join(scratch, 'layer'), path.join(to, fileOfLayer(layer)));
      present.add(layer);
      saved = { layers: saved.layers + 1, bytes: saved.bytes + bytes };
    }
    await publishMetadata(metadata, present, scratch, to);
    return saved;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function publishMetadata(
  metadata: Uint8Array,
  present: ReadonlySet<Digest>,
  scratch: string,
  to: string,
): Promise<void> {
  const pruned = withoutMissingLayers(metadata, present);
  if (pruned === undefined) return;
  await writeFile(path.join(scratch, 'metadata'), pruned);
  await rename(path.join(scratch, 'metadata'), path.join(to, CACHE_METADATA));
  for (const name of await readdir(to)) {
    const layer = layerOfFile(name);
    if (layer !== undefined && !present.has(layer)) await rm(path.join(to, name), { force: true });
  }
}

/** Copies a regular file, by reference where the file system can; gives its size, or undefined when there is no such file. */
async function copyPlain(folder: string, name: string, to: string): Promise<number | undefined> {
  const source = await openPlain(folder, [name]);
  if (source === undefined) return undefined;
  try {
    const { size } = await source.stat();
    await copyFile(path.join(folder, name), to, constants.COPYFILE_FICLONE);
    return size;
  } catch (error) {
    await rm(to, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  } finally {
    await source.close();
  }
}

/** Copies a layer of a build if its SHA-256 is the one of its name; gives its size, or undefined when it is not. */
async function copyVerified(
  cache: string,
  layer: Digest,
  to: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const source = await openPlain(cache, [COMMITTED, fileOfLayer(layer)]);
  if (source === undefined) return undefined;
  if (consistsOfHoles(await source.stat())) {
    await source.close();
    return undefined;
  }
  const hash = createHash('sha256');
  let bytes = 0;
  async function* hashed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  await pipeline(source.createReadStream({ highWaterMark: READ_SIZE }), hashed, createWriteStream(to), { signal });
  return `sha256:${hash.digest('hex')}` === layer ? bytes : undefined;
}

/** A small file; undefined when it is missing, too large or no regular file. */
function readPlain(root: string, parts: readonly string[]): Promise<Uint8Array | undefined> {
  return readRegularFile(root, parts, MAX_METADATA).catch(() => undefined);
}

function openPlain(root: string, parts: readonly string[]) {
  return openRegularFile(root, parts).catch(() => undefined);
}
