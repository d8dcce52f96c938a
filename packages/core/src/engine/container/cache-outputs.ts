import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { IN_BUILD } from '../../lifecycle/build-directory.ts';
import { CACHE_METADATA, fileOfLayer, layerOfFile, layersIn } from '../../cache/volume-cache.ts';
import type { Digest } from '../../reference/index.ts';
import type { EngineRun } from '../types.ts';
import type { ContainerClient } from './client.ts';
import { copyOut } from './copy-out.ts';

const COMMITTED = 'committed';
const MAX_METADATA = 16 * 1024 * 1024;
/** Larger caches are not kept. */
const MAX_CACHE = 32 * 1024 ** 3;
/** Each layer on its own costs a process; from here on everything in one stream is faster. */
const MAX_SINGLE_LAYERS = 16;

/**
 * Brings the lifecycle's volume cache up to date: of `committed/` only layers that are not here yet are copied, their names taken from
 * the metadata, which comes last. Layers that it no longer names are removed, as the lifecycle did.
 */
export async function collectCache(client: ContainerClient, run: EngineRun, container: string): Promise<void> {
  const { directory, signal } = run;
  const target = path.join(directory.cache, COMMITTED);
  const present = await layersAt(target);
  const incoming = await mkdtemp(path.join(directory.root, 'cache-incoming-'));
  const arrived = path.join(incoming, COMMITTED);
  const take = (name: string, to: string) =>
    copyOut(client, { container, from: path.posix.join(IN_BUILD.cache, name), to, maxBytes: MAX_CACHE, signal });
  try {
    if (present.size === 0) {
      await take(COMMITTED, incoming);
    } else {
      await mkdir(arrived);
      if (!(await take(`${COMMITTED}/${CACHE_METADATA}`, arrived))) return;
      const wanted = await wantedLayers(arrived);
      const missing = [...(wanted ?? [])].filter((layer) => !present.has(layer));
      if (missing.length > MAX_SINGLE_LAYERS) await take(COMMITTED, incoming);
      else for (const layer of missing) await take(`${COMMITTED}/${fileOfLayer(layer)}`, arrived);
    }
    await commit(arrived, target, present);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function commit(arrived: string, target: string, present: ReadonlySet<Digest>): Promise<void> {
  const wanted = await wantedLayers(arrived);
  if (wanted === undefined) return;
  await mkdir(target, { recursive: true, mode: 0o755 });
  for (const layer of await layersAt(arrived)) {
    if (wanted.has(layer)) await rename(path.join(arrived, fileOfLayer(layer)), path.join(target, fileOfLayer(layer)));
  }
  await rename(path.join(arrived, CACHE_METADATA), path.join(target, CACHE_METADATA));
  for (const layer of present) {
    if (!wanted.has(layer)) await rm(path.join(target, fileOfLayer(layer)), { force: true });
  }
}

/** The layers that the metadata names; undefined when there is none, or it is larger than the lifecycle's can be. */
async function wantedLayers(directory: string): Promise<ReadonlySet<Digest> | undefined> {
  const file = path.join(directory, CACHE_METADATA);
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size > MAX_METADATA) return undefined;
  return layersIn(await readFile(file));
}

async function layersAt(directory: string): Promise<ReadonlySet<Digest>> {
  const names = await readdir(directory).catch(() => []);
  return new Set(names.map(layerOfFile).filter((layer) => layer !== undefined));
}
