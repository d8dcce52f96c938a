import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { unpackImage } from '../../archive/index.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { BuilderImage, Engine } from '../types.ts';
import type { Rung } from './rung.ts';

/** Runs in the builder's own files, unpacked by us, without any container engine. */
export function rootfsEngine(rung: Rung, ports: EnginePorts): Engine {
  const roots = new Set<string>();
  return {
    kind: 'rootfs',
    description: `rootfs (${rung.name})`,
    provide: async (builder, directory, signal) => {
      roots.add(rootOf(directory));
      await unpackBuilder(builder, rootOf(directory), ports, signal);
    },
    run: async (run) => {
      const root = rootOf(run.directory);
      if (!roots.has(root)) throw new BuildpacksError('internal', 'the builder was not unpacked before the run');
      return rung.run(run, root, ports);
    },
    // The network is ours: whoever is on this machine reaches loopback.
    relayPlace: () => Promise.resolve({ kind: 'here', address: '127.0.0.1', admits: () => Promise.resolve(true) }),
    dispose: async () => {
      for (const root of roots) await removeTree(root, ports);
      roots.clear();
    },
  };
}

function rootOf({ root }: BuildDirectory): string {
  return path.join(root, 'rootfs');
}

async function unpackBuilder(
  { image, inEngine }: BuilderImage,
  root: string,
  { log }: EnginePorts,
  signal: AbortSignal,
): Promise<void> {
  if (inEngine !== undefined) {
    throw new BuildpacksError('engine', `"docker://${inEngine}" needs a container engine`, {
      hint: 'Use engine "container", or name a builder on a registry or as oci:DIR.',
    });
  }
  log.info(`Unpacking the builder from ${image.source.name}`);
  await mkdir(root);
  await chmod(root, 0o755);
  try {
    await unpackImage(image, root, { owners: true, log, signal });
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}
