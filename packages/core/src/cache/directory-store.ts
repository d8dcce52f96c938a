import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chown,
  copyFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../reference/index.ts';
import { CACHE_METADATA, fileOfLayer, layerOfFile, layersIn, withoutMissingLayers } from './volume-cache.ts';

/** What moved between the store and a build. */
export interface CacheFigures {
  readonly layers: number;
  readonly bytes: number;
}

const NOTHING: CacheFigures = { layers: 0, bytes: 0 };
/** Metadata larger than this is not the lifecycle's. */
const MAX_METADATA = 16 * 1024 * 1024;

/** The folder of one cache identity in a store directory. */
export function identityDirectory(store: string, identity: string): string {
  return path.join(store, createHash('sha256').update(identity).digest('hex').slice(0, 32));
}

/**
 * Fills a build's volume cache from the store: `from/` holds layer tars and the metadata, `cache/committed/` gets a copy that the CNB
 * user may link. A layer whose tar is gone is left out together with its metadata; a store that is not there gives nothing.
 */
export async function restoreDirectory(
  from: string,
  cache: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<CacheFigures> {
  const metadata = await readFile(path.join(from, CACHE_METADATA)).catch(() => undefined);
  if (metadata === undefined) return NOTHING;

  const wanted = layersIn(metadata);
  const names = (await readdir(from)).map(layerOfFile);
  const present = new Set(names.filter((layer) => layer !== undefined && wanted.has(layer)) as Digest[]);
  const pruned = withoutMissingLayers(metadata, present);
  if (pruned === undefined) return NOTHING;

  const committed = path.join(cache, 'committed');
  await mkdir(committed, { recursive: true });
  let bytes = 0;
  for (const layer of present) {
    const target = path.join(committed, fileOfLayer(layer));
    await copyFile(path.join(from, fileOfLayer(layer)), target, constants.COPYFILE_FICLONE);
    if (owner !== undefined) await chown(target, owner.uid, owner.gid);
    bytes += await sizeOf(target);
  }
  const metadataFile = path.join(committed, CACHE_METADATA);
  await writeFile(metadataFile, pruned);
  if (owner !== undefined) for (const item of [metadataFile, committed]) await chown(item, owner.uid, owner.gid);
  return { layers: present.size, bytes };
}

/**
 * Brings what the build cached into the store. The build's directory is hostile input: regular files only, links not followed, each
 * tar hashed against its name while it is copied. Metadata comes last, so that a kill leaves the older cache.
 */
export async function saveDirectory(cache: string, to: string): Promise<CacheFigures> {
  const committed = path.join(cache, 'committed');
  const metadata = await readPlain(path.join(committed, CACHE_METADATA));
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
      const bytes = await copyVerified(path.join(committed, fileOfLayer(layer)), path.join(scratch, 'layer'), layer);
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

/** Copies a regular file if its SHA-256 is the one expected; gives its size, or undefined when it is not. */
async function copyVerified(from: string, to: string, expected: Digest): Promise<number | undefined> {
  const source = await openPlain(from);
  if (source === undefined) return undefined;
  const target = await open(to, 'w', 0o644);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of source.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
      hash.update(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
      await target.write(chunk as Uint8Array);
    }
  } finally {
    await source.close();
    await target.close();
  }
  return `sha256:${hash.digest('hex')}` === expected ? bytes : undefined;
}

async function readPlain(file: string): Promise<Uint8Array | undefined> {
  const handle = await openPlain(file);
  try {
    const size = (await handle?.stat())?.size ?? 0;
    return handle === undefined || size > MAX_METADATA ? undefined : await handle.readFile();
  } finally {
    await handle?.close();
  }
}

/** Opens a regular file without following a link and without waiting on a FIFO; undefined when it is anything else. */
async function openPlain(file: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch(() => undefined);
  if (handle === undefined || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
