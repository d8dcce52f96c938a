import path from 'node:path';
import { Readable } from 'node:stream';
import { directoryItem, symlinkItem, type TarEntry, type TarItem, treeItems, writeTar } from '../../archive/index.ts';
import { COMMITTED, layerOfFile } from '../../cache/volume-cache.ts';
import { IN_BUILD, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import type { EngineRun } from '../types.ts';
import type { ContainerClient } from './client.ts';
import { type Mounted, MOUNTED_LAYERS, READ_ONLY_PARTS } from './mounts.ts';

const ROOT = { uid: 0, gid: 0 };
const COMMITTED_LAYERS = path.posix.join(IN_BUILD.cache, COMMITTED).slice(1);
const READABLE_BY_OTHERS = 0o004;

/** Copies the build directory's parts that are not mounted into a container that has not started, in one stream. */
export async function fillContainer(
  client: ContainerClient,
  run: EngineRun,
  name: string,
  mounted: Exclude<Mounted, 'all'>,
): Promise<void> {
  // Podman would give everything to the container's user.
  const keepOwners = client.facts.flavour === 'podman' ? ['--archive=false'] : [];
  await client.succeed(`the build can't be copied into the container`, ['cp', ...keepOwners, '-', `${name}:/`], {
    input: Readable.from(writeTar(partsOf(run, mounted)), { objectMode: false }),
    signal: run.signal,
  });
}

/** What the build writes belongs to the CNB user, what it only reads to root; modes are those of the build directory. */
async function* partsOf(
  { directory, user, owner: writer = user }: EngineRun,
  mounted: Exclude<Mounted, 'all'>,
): AsyncGenerator<TarItem> {
  yield directoryItem('buildpacks-ci');
  for (const part of Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[]) {
    const owner = READ_ONLY_PARTS.has(part) ? ROOT : writer;
    for await (const item of treeItems(directory[part], { prefix: IN_BUILD[part].slice(1), ...owner })) {
      if (mounted === 'cache layers' && isReadableLayer(item.entry)) yield linkToLayer(item.entry);
      else yield isInput(item.entry.path) ? { ...item, entry: { ...item.entry, ...ROOT } } : item;
    }
  }
}

function isReadableLayer({ path: file, type, mode }: TarEntry): boolean {
  const { dir, base } = path.posix.parse(file);
  const isLayer = dir === COMMITTED_LAYERS && layerOfFile(base) !== undefined;
  return isLayer && type === 'file' && (mode & READABLE_BY_OTHERS) !== 0;
}

/**
 * Stands for a layer of the cache that is mounted. The lifecycle reads it through the link; a layer that it keeps it hard-links to its next
 * cache, which makes another name of the same link (linkat(2) does not follow it) and needs no right but its owner's.
 */
function linkToLayer({ path: file, uid, gid, mtime }: TarEntry): TarItem {
  return symlinkItem(file, path.posix.join(MOUNTED_LAYERS, path.posix.basename(file)), { uid, gid, mtime });
}

/** Images that the build gets lie beside the one that it makes; in a mounted directory they are not its own either. */
function isInput(file: string): boolean {
  const layouts = IN_BUILD.layout.slice(1);
  const output = path.posix.join(layouts, LAYOUT_NAMES.output.slice(0, LAYOUT_NAMES.output.indexOf('/')));
  return isWithin(file, layouts) && !isWithin(file, output);
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}
