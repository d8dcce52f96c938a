import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { removeTree } from '../../files/remove-tree.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { environmentPairs, HOST_NAME } from '../environment.ts';
import type { EnginePorts } from '../ports.ts';
import type { BuilderImage, EngineRun } from '../types.ts';
import { guestEnvironment } from './guest-environment.ts';
import { guestEntryExists } from './guest-file.ts';
import { prepareGuest } from './guest-root.ts';
import { hasOwnNetwork } from './network.ts';
import { runScript } from './run-script.ts';
import { endProcessesIn } from './stragglers.ts';
import { scriptPrograms } from './tool-folder.ts';
import { unpackBuilder } from './unpack-builder.ts';

/** What dynamic loaders and C libraries obey. Set inside the new root only, where they can do nothing to programs of the host. */
const LOADER_VARIABLE = /^(?:LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH)$/;

/** The scripts of one kind of namespaces; their arguments are documented there. */
export interface NamespaceScripts {
  /** Makes the namespaces, starts `enter` in them and waits for all that comes of it. */
  readonly leave: string;
  /** Mounts what the build needs, and becomes the command. */
  readonly enter: string;
}

/** In the build directory: nobody but this build looks for it there. */
export async function provideRoot(builder: BuilderImage, directory: BuildDirectory, ports: EnginePorts): Promise<void> {
  const root = rootOf(directory);
  await mkdir(root);
  await chmod(root, 0o755);
  await unpackBuilder(builder, root, ports);
}

export async function removeRoot(directory: BuildDirectory, ports: EnginePorts): Promise<void> {
  await removeTree(rootOf(directory), ports);
}

/** Runs the command in namespaces of its own, with the unpacked builder as its root. */
export async function runInNamespaces(run: EngineRun, scripts: NamespaceScripts, ports: EnginePorts): Promise<number> {
  throwIfCancelled(run.signal);
  const root = rootOf(run.directory);
  const mounts = await prepareGuest(run, root);
  const network = hasOwnNetwork(run.network) ? 'own' : 'shared';
  const { uid, gid } = run.user;
  const { shell, unshare } = scriptPrograms();
  const args = [
    ...['-c', scripts.leave, shell, scripts.enter, network === 'own' ? '--net' : ''],
    ...[root, String(uid), String(gid), HOST_NAME, network, String(mounts.length)],
    ...mounts.flatMap(({ writable, source, target }) => [writable ? 'rw' : 'ro', source, target]),
    ...(await guestCommand(run, root, unshare)),
  ];
  try {
    return await runScript(run, args, ports);
  } finally {
    await endProcessesIn(root, ports.clock);
  }
}

function rootOf({ root }: BuildDirectory): string {
  return path.join(root, 'rootfs');
}

/** What `env -i` gets: variables, and the command that goes into the root and becomes the user. */
async function guestCommand(run: EngineRun, root: string, unshare: string): Promise<readonly string[]> {
  const all = Object.entries(await guestEnvironment(run, root));
  const loader = all.filter(([name]) => LOADER_VARIABLE.test(name));
  const plain = all.filter(([name]) => !LOADER_VARIABLE.test(name));
  const directory = run.builder.image.config.config.WorkingDir ?? '/';
  const { uid, gid } = run.user;
  return [
    ...environmentPairs(Object.fromEntries(plain)),
    ...[unshare, '--root', root, '--wd', directory, '--setgid', String(gid), '--setuid', String(uid), '--'],
    ...(loader.length === 0 ? [] : [guestEnv(root), '--', ...environmentPairs(Object.fromEntries(loader))]),
    ...run.command,
  ];
}

/** The builder's own `env`, by its path there; it may be a link (BusyBox). */
function guestEnv(root: string): string {
  const places = ['/usr/bin/env', '/bin/env'];
  return places.find((file) => guestEntryExists(root, file)) ?? '/usr/bin/env';
}
