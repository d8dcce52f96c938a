import type { Image } from '../../image/source.ts';
import type { Digest } from '../../reference/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Engine } from '../types.ts';
import { provideBuilder } from './builder-image.ts';
import type { ContainerClient } from './client.ts';
import { runContainer } from './container-run.ts';
import { loadImage } from './load-image.ts';
import type { Mounted } from './mounts.ts';
import { relayPlace } from './relay-place.ts';
import { storedImage } from './stored-image.ts';

/** Docker or Podman. */
export interface ContainerEngine extends Engine {
  readonly kind: 'container';
  /** Of the machine that containers run on, in OCI words. */
  readonly architecture: string;
  /** Puts an image into the engine's store under these names (`registry/repository:tag`). */
  load(image: Image, names: readonly string[], signal: AbortSignal): Promise<void>;
  /** What the engine's store has under a name or id (`storedImage`). */
  stored(name: string, signal: AbortSignal): Promise<Image>;
}

export function containerEngine(client: ContainerClient, ports: EnginePorts): ContainerEngine {
  const { program, version, architecture, sharesFiles } = client.facts;
  const builders = new Map<Digest, string>();
  const removals: Promise<void>[] = [];
  const running = new Set<string>();
  // What the build writes belongs to its user: only root could remove it here.
  let mayMount: Mounted = !sharesFiles ? 'nothing' : ports.machine.uid === 0 ? 'all' : 'cache layers';
  return {
    kind: 'container',
    description: `${program} ${version}`,
    architecture,
    load: (image, names, signal) => loadImage(client, image, names, ports, signal),
    stored: (name, signal) => storedImage(client, name, signal),
    provide: async (builder, _directory, signal) => {
      builders.set(builder.image.raw.digest, await provideBuilder(client, builder, ports, signal));
    },
    run: async (run) => {
      const image = builders.get(run.builder.image.raw.digest);
      const provided = image ?? (await provideBuilder(client, run.builder, ports, run.signal));
      const { status, mounted, removal } = await runContainer(client, run, provided, {
        ...ports,
        mayMount,
        running,
      });
      mayMount = mounted;
      removals.push(
        removal.catch((error: unknown) => {
          ports.log.warn(error instanceof Error ? error.message : String(error));
        }),
      );
      return status;
    },
    relayPlace: (network) => relayPlace(client, network, running),
    dispose: async () => {
      await Promise.all(removals);
    },
  };
}
