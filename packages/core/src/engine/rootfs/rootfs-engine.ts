import { BuildpacksError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import type { BuildDirectory } from '../../lifecycle/build-directory.ts';
import type { EnginePorts } from '../ports.ts';
import type { Engine } from '../types.ts';
import type { Rung } from './rung.ts';

export interface FoundRung {
  readonly rung: Rung;
  /** Why there is no better one. */
  readonly because?: string;
}

/** Runs in the builder's own files, unpacked by us, without any container engine. */
export function rootfsEngine({ rung, because }: FoundRung, ports: EnginePorts): Engine {
  const provided = new Map<string, BuildDirectory>();
  return {
    kind: 'rootfs',
    description: `rootfs (${rung.name})`,
    ...optional('because', because),
    provide: async (builder, directory, signal) => {
      if (builder.inEngine !== undefined) {
        throw new BuildpacksError('engine', `"docker://${builder.inEngine}" needs a container engine`, {
          hint: 'Use engine "container", or name a builder on a registry or as oci:DIR.',
        });
      }
      provided.set(directory.root, directory);
      ports.log.info(`Unpacking the builder from ${builder.image.source.name}`);
      await rung.provide(builder, directory, { ...ports, signal });
    },
    run: async (run) => {
      if (!provided.has(run.directory.root))
        throw new BuildpacksError('internal', 'the builder was not unpacked before the run');
      return rung.run(run, ports);
    },
    // The network is ours: whoever is on this machine reaches loopback.
    relayPlace: () => Promise.resolve({ kind: 'here', address: '127.0.0.1', admits: () => Promise.resolve(true) }),
    dispose: async () => {
      for (const directory of provided.values()) await rung.dispose(directory, ports);
      provided.clear();
    },
  };
}
