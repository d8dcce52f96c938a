import path from 'node:path';
import { Readable } from 'node:stream';
import { directoryItem, type TarItem, treeItems, writeTar } from '../../archive/index.ts';
import { IN_BUILD, LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import type { EngineRun } from '../types.ts';
import type { ContainerClient } from './client.ts';
import { READ_ONLY_PARTS } from './mounts.ts';

const ROOT = { uid: 0, gid: 0 };

/** Copies the build directory's parts into a container that has not started, in one stream. */
export async function fillContainer(client: ContainerClient, run: EngineRun, name: string): Promise<void> {
  // Podman would give everything to the container's user.
  const keepOwners = client.facts.flavour === 'podman' ? ['--archive=false'] : [];
  await client.succeed(`the build can't be copied into the container`, ['cp', ...keepOwners, '-', `${name}:/`], {
    input: Readable.from(writeTar(partsOf(run)), { objectMode: false }),
    signal: run.signal,
  });
}

/** What the build writes belongs to the CNB user, what it only reads to root; modes are those of the build directory. */
async function* partsOf({ directory, user, owner: writer = user }: EngineRun): AsyncGenerator<TarItem> {
  yield directoryItem('buildpacks-ci');
  for (const part of Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[]) {
    const owner = READ_ONLY_PARTS.has(part) ? ROOT : writer;
    for await (const item of treeItems(directory[part], { prefix: IN_BUILD[part].slice(1), ...owner })) {
      yield isInput(item.entry.path) ? { ...item, entry: { ...item.entry, ...ROOT } } : item;
    }
  }
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
