import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { directoryItem, fileItem, type TarItem } from '../../../packages/core/src/archive/index.ts';
import { keyOf } from '../cache.ts';
import { command } from '../command.ts';
import { debianPackages } from '../debian.ts';
import { loadedImage } from '../docker-image.ts';
import { keptLayer, type Layer } from '../layer.ts';
import { EPOCH, rootfsItems } from '../rootfs.ts';
import { tool } from '../tools.ts';

/** As Tekton's own images: nobody in particular, but not root. */
const USER = '65532';
const ACCOUNTS = `root:x:0:0:root:/root:/bin/sh\nnonroot:x:${USER}:${USER}::/:/bin/sh\n`;
const PROGRAMS = ['entrypoint', 'workingdirinit'];

/**
 * The image that stands for those that Tekton brings along: its entrypoint, which goes into every step, its `workingdirinit`, and a shell.
 * Loaded into the machine's docker engine when it is not there.
 *
 * @returns the name to run
 */
export async function tektonImage(): Promise<string> {
  const layer = await tektonLayer();
  const name = `buildpacks-ci.local/tekton:${keyOf(layer.diffId)}`;
  const changes = ['ENV PATH=/usr/local/bin:/usr/bin:/bin', `USER ${USER}:${USER}`].flatMap((change) => [
    '--change',
    change,
  ]);
  return loadedImage(name, () => command('docker', ['import', ...changes, layer.file, name]));
}

/** All of the image's files. */
export async function tektonLayer(): Promise<Layer> {
  const [{ run }, { directory }] = await Promise.all([debianPackages(), tool('tekton')]);
  const inputs = [run.map((file) => path.basename(file)), path.basename(directory), ACCOUNTS];
  return keptLayer('tekton', inputs, () => items(run, directory));
}

async function items(packages: readonly string[], tekton: string): Promise<readonly TarItem[]> {
  const programs = PROGRAMS.map(async (name) =>
    fileItem(`ko-app/${name}`, await readFile(path.join(tekton, name)), { mode: 0o755, mtime: EPOCH }),
  );
  return [
    ...(await rootfsItems(packages)),
    fileItem('etc/passwd', ACCOUNTS, { mtime: EPOCH }),
    directoryItem('ko-app', { mtime: EPOCH }),
    ...(await Promise.all(programs)),
  ];
}
