import { randomUUID } from 'node:crypto';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';
import { packContender } from '../contender.ts';
import { runStep } from './runner.ts';
import type { FreshWorld } from './world.ts';

/** A build on a machine that has never built anything. */
export interface FreshContender {
  readonly name: 'action' | 'pack';
  /** Gives the seconds that it took. */
  build(image: string, app: string): Promise<number>;
}

/** The action as it is shipped, with GitHub's cache. */
export function actionContender(world: FreshWorld, action: string): FreshContender {
  const { builder, cache, user } = world;
  return {
    name: 'action',
    build: async (image, app) => {
      const { seconds } = await runStep({
        directory: await world.folder('runner'),
        workspace: app,
        action,
        inputs: { image, builder, network: 'host' },
        environment: {
          ACTIONS_CACHE_SERVICE_V2: 'true',
          ACTIONS_RESULTS_URL: cache.url,
          ACTIONS_RUNTIME_TOKEN: cache.token(),
        },
        ...(user !== undefined && { user }),
      });
      return seconds;
    },
  };
}

/** `pack build --publish`; its cache is a volume, and goes with the machine. */
export async function peerContender(world: FreshWorld): Promise<FreshContender> {
  const file = await program('pack');
  return {
    name: 'pack',
    build: async (image, app) => {
      const cache = `benchmark-${randomUUID()}`;
      const pack = packContender(file, await world.folder('pack'));
      try {
        return (await pack.build({ image, app, builder: world.builder, cache })).seconds;
      } finally {
        await command('docker', ['volume', 'rm', '--force', cache]);
      }
    },
  };
}
