import { setTimeout as sleep } from 'node:timers/promises';
import { mapInParallel } from '../../../packages/core/src/parallel/parallel.ts';
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

/** Registries with many apps, for each contender the same ones. */
export interface RebaseWorld {
  readonly apps: Registry;
  readonly runs: Registry;
  /** Where run images are, as apps record it: `127.0.0.1:41234/run`. */
  readonly runImages: string;
  /** References of one contender's copies. */
  images(contender: string): readonly string[];
  /** Puts a newer run image in the place of the one before: all images are outdated from now on. */
  renewRunImage(): Promise<void>;
  stop(): Promise<void>;
}

/** Like a small run image of Ubuntu: 30 MB in all. */
const LAYERS = [20_000_000, 8_000_000, 2_000_000];

/** @param counted whether clients come by what counts their requests, which takes a processor's time for each; else to the registry itself */
export async function startRebaseWorld(
  count: number,
  { runImage, delay, counted }: Scenario & { readonly counted: boolean },
  contenders: readonly string[],
): Promise<RebaseWorld> {
  const options = delay === 0 ? { direct: true } : { intercept: () => sleep(delay, undefined) };
  const apps = await startRegistry(options);
  const runs = runImage === 'same registry' ? apps : await startRegistry(options);
  const hostOf = ({ host, direct = host }: Registry) => (counted ? host : direct);
  const [shelf, runShelf] = [shelfOf({ host: apps.backDoor }), shelfOf({ host: runs.backDoor })];
  const run = { registry: runs.backDoor, path: 'run' };
  const runImages = `${hostOf(runs)}/run`;
  const pushRunImage = async () => pushBase(runShelf, run, { layers: await pushLayers(runShelf) });
  const base = await pushRunImage();
  const numbers = Array.from({ length: count }, (_, index) => index);
  const copies = contenders.flatMap((contender) => numbers.map((number) => `${contender}/app-${number}`));
  const [first = ''] = copies;
  const push = (path: string) =>
    pushApp(shelf, { registry: apps.backDoor, path }, base, {
      image: `${runImages}:1`,
      near: runs === apps ? run.path : first,
    });
  // The others mount from it what is not on the run image's registry.
  await push(first);
  await mapInParallel(copies.slice(1), 4, push);
  return {
    apps,
    runs,
    runImages,
    images: (contender) => numbers.map((number) => `${hostOf(apps)}/${contender}/app-${number}:1`),
    renewRunImage: async () => {
      await pushRunImage();
    },
    stop: async () => {
      await apps.stop();
      if (runs !== apps) await runs.stop();
    },
  };
}

function pushLayers(shelf: Shelf) {
  return Promise.all(LAYERS.map((size) => pushLayer(shelf, { registry: shelf.host, path: 'run' }, size)));
}
