import { setTimeout as sleep } from 'node:timers/promises';
import { shelfOf } from '../../integration/airgap/setup.ts';
import { pushApp, pushBase, pushLayer } from '../../integration/rebase/fixture.ts';
import type { Shelf } from '../../integration/airgap/fixture.ts';
import { type Registry, startRegistry } from '../../bench/registry.ts';

/** What is measured. */
export interface Scenario {
  /** Where the run image is, seen from the apps. */
  readonly runImage: 'same registry' | 'another registry';
  /** How long the registry lets each request wait, in milliseconds: one beside us, or one at the other end of a network. */
  readonly delay: number;
}

/** Registries with many apps, twice, on a run image that is not the newest. */
export interface RebaseWorld {
  readonly apps: Registry;
  readonly runs: Registry;
  /** References of one contender's copies. */
  images(contender: string): readonly string[];
  stop(): Promise<void>;
}

/** Like a small run image of Ubuntu: 30 MB in all. */
const LAYERS = [20_000_000, 8_000_000, 2_000_000];

export async function startRebaseWorld(
  count: number,
  { runImage, delay }: Scenario,
  contenders: readonly string[],
): Promise<RebaseWorld> {
  const options = delay === 0 ? {} : { intercept: () => sleep(delay, undefined) };
  const apps = await startRegistry(options);
  const runs = runImage === 'same registry' ? apps : await startRegistry(options);
  const [shelf, runShelf] = [shelfOf({ host: apps.backDoor }), shelfOf({ host: runs.backDoor })];
  const run = { registry: runs.backDoor, path: 'run' };
  const base = await pushBase(runShelf, run, { layers: await pushLayers(runShelf) });
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (const contender of contenders) {
    for (const number of numbers) {
      const repository = { registry: apps.backDoor, path: `${contender}/app-${number}` };
      const near = runs === apps ? run.path : `${contender}/app-0`;
      await pushApp(shelf, repository, base, { image: `${runs.host}/run:1`, near });
    }
  }
  await pushBase(runShelf, run, { layers: await pushLayers(runShelf) });
  return {
    apps,
    runs,
    images: (contender) => numbers.map((number) => `${apps.host}/${contender}/app-${number}:1`),
    stop: async () => {
      await apps.stop();
      if (runs !== apps) await runs.stop();
    },
  };
}

function pushLayers(shelf: Shelf) {
  return Promise.all(LAYERS.map((size) => pushLayer(shelf, { registry: shelf.host, path: 'run' }, size)));
}
