import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { directoryItem, type EntryFacts, fileItem, type TarItem, writeTar } from '../../../src/archive/index.ts';
import { CACHE_METADATA } from '../../../src/cache/volume-cache.ts';
import type { Digest } from '../../../src/reference/index.ts';

/** A layer that a build caches. */
export interface CachedTree {
  /** `<buildpack>/<layer>`, or `sbom/cache`. */
  readonly name: string;
  /** In the order of a walk; names relative to the layer's folder. */
  readonly files: Iterable<{ readonly name: string; readonly content: Uint8Array | string }>;
}

/** As the lifecycle writes them. */
const FACTS: EntryFacts = { uid: 1001, gid: 1000, mtime: 315_532_801 };

/** A tree of one file. */
export function tree(name: string, content: Uint8Array | string): CachedTree {
  return { name, files: [{ name: 'file', content }] };
}

/** The members of a layer's tar, in the lifecycle's order. */
export function* layerItems({ name, files }: CachedTree): Generator<TarItem> {
  const names = ['layers', ...name.split('/')];
  for (const index of names.keys()) yield directoryItem(`/${names.slice(0, index + 1).join('/')}`, FACTS);
  const root = `/${names.join('/')}`;
  let open: readonly string[] = [];
  for (const file of files) {
    const folders = file.name.split('/').slice(0, -1);
    for (let depth = 1; depth <= folders.length; depth++) {
      if (folders.slice(0, depth).join('/') === open.slice(0, depth).join('/')) continue;
      yield directoryItem(`${root}/${folders.slice(0, depth).join('/')}`, FACTS);
    }
    open = folders;
    yield fileItem(`${root}/${file.name}`, file.content, FACTS);
  }
}

export { FACTS as LIFECYCLE_FACTS };

/** Writes a volume cache as the lifecycle leaves it after a build. Gives the layers' diff ids. */
export async function writeVolumeCache(cache: string, trees: readonly CachedTree[]): Promise<readonly Digest[]> {
  const committed = path.join(cache, 'committed');
  await mkdir(committed, { recursive: true });
  const layers: Digest[] = [];
  for (const each of trees) layers.push(await writeLayer(committed, layerItems(each)));
  await writeFile(path.join(committed, CACHE_METADATA), metadataOf(trees, layers));
  return layers;
}

export async function writeLayer(committed: string, items: Iterable<TarItem>): Promise<Digest> {
  const hash = createHash('sha256');
  const file = path.join(committed, 'layer');
  await pipeline(
    Readable.from(writeTar(items)),
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  const diffId: Digest = `sha256:${hash.digest('hex')}`;
  await rename(file, path.join(committed, `${diffId}.tar`));
  return diffId;
}

/** The lifecycle's metadata for trees and their layers. */
export function metadataOf(trees: readonly CachedTree[], layers: readonly Digest[]): string {
  const buildpacks = new Map<string, Record<string, unknown>>();
  let sbom = '';
  for (const [index, { name }] of trees.entries()) {
    const [buildpack = '', layer = ''] = name.split('/');
    if (buildpack === 'sbom') sbom = layers[index] ?? '';
    else
      buildpacks.set(buildpack, {
        ...buildpacks.get(buildpack),
        [layer]: { sha: layers[index], cache: true, data: { v: 1 } },
      });
  }
  const list = [...buildpacks].map(([key, value]) => ({ key, version: '1.0.0', layers: value }));
  return `${JSON.stringify({ sbom: { sha: sbom }, buildpacks: list })}\n`;
}

/** What a volume cache holds: the content of each file by its name. */
export async function readVolumeCache(cache: string): Promise<Readonly<Record<string, string>>> {
  const committed = path.join(cache, 'committed');
  const names = (await readdir(committed).catch(() => [])).sort();
  const entries = names.map(async (name) => [name, (await readFile(path.join(committed, name))).toString('latin1')]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}
