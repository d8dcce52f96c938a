import { chmodSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { TreeRoot } from '../../archive/tree-root.ts';
import { IN_BUILD } from '../../lifecycle/build-directory.ts';
import { HOST_NAME } from '../environment.ts';
import type { EngineRun, Volume } from '../types.ts';

/** Where the kernel's file systems, devices and the root's temporary files go. */
const SYSTEM_FOLDERS = ['proc', 'sys', 'dev', 'tmp'];

/**
 * Gets an unpacked builder ready to be entered: mount points, name resolution, `/tmp`. Links in the builder are resolved as if its
 * root were `/`, so nothing is made or changed outside.
 *
 * @returns what is to be mounted, targets as paths on the host
 */
export async function prepareGuest(run: EngineRun, root: string): Promise<readonly Volume[]> {
  const tree = new TreeRoot(root, (folder) => {
    chmodSync(`${root}/${folder}`, 0o755);
  });
  for (const folder of [...SYSTEM_FOLDERS, run.builder.image.config.config.WorkingDir ?? '/']) folderIn(tree, folder);
  chmodSync(folderIn(tree, 'tmp'), 0o1777);
  await writeNameFiles(tree);

  const mounts: Volume[] = partsOf(run).map((part) => ({ ...part, target: folderIn(tree, part.target) }));
  for (const volume of run.volumes) {
    const isFolder = (await stat(volume.source)).isDirectory();
    mounts.push({ ...volume, target: isFolder ? folderIn(tree, volume.target) : fileIn(tree, volume.target) });
  }
  return mounts;
}

function partsOf({ directory }: EngineRun): readonly Volume[] {
  return (Object.keys(IN_BUILD) as (keyof typeof IN_BUILD)[]).map((part) => ({
    source: directory[part],
    target: IN_BUILD[part],
    writable: part !== 'platform' && part !== 'config',
  }));
}

/** The folder on disk, made where it is missing. */
function folderIn(tree: TreeRoot, folder: string): string {
  return tree.onDisk(tree.locate(`${folder}/inside`, 'create')?.folder ?? '').replace(/\/$/, '');
}

/** A regular file to mount over, in place of whatever is there. */
function fileIn(tree: TreeRoot, file: string, content = ''): string {
  const path = tree.locate(file, 'create')?.path ?? '';
  const stats = tree.stat(path);
  if (stats !== undefined) tree.remove(path, stats);
  writeFileSync(tree.onDisk(path), content, { flag: 'wx', mode: 0o644 });
  chmodSync(tree.onDisk(path), 0o644);
  return tree.onDisk(path);
}

/** Copies, as container engines make them: what the build could change, if it may write there at all, is not the host's file. */
async function writeNameFiles(tree: TreeRoot): Promise<void> {
  const hosts = await readFile('/etc/hosts', 'utf8').catch(() => '127.0.0.1 localhost\n::1 localhost\n');
  fileIn(tree, 'etc/hosts', `${hosts}\n127.0.1.1 ${HOST_NAME}\n`);
  const resolver = await readFile('/etc/resolv.conf', 'utf8').catch(() => undefined);
  if (resolver !== undefined) fileIn(tree, 'etc/resolv.conf', resolver);
}
