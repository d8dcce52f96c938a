import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { build } from './support/cli.ts';
import { inEveryWay, newPlace, type Way } from './support/ways.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];

let world: World;
const builders = { newest: '', previous: '' };
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
  builders.newest = world.builder;
  builders.previous = await world.addBuilder('previous', { lifecycle: 'lifecycle-previous', order: ORDER });
});
afterAll(() => world.stop());

/** A build on a machine that was born a minute ago. */
async function buildElsewhere(way: Way, args: readonly string[]): Promise<BuildResult> {
  const place = await newPlace(way);
  try {
    return await build([...args, '--engine', way.engine], place.options);
  } finally {
    await place.remove();
  }
}

inEveryWay('a layer cache is all that an empty machine needs', (way) => {
  describe.each(['newest', 'previous'] as const)('for the same image, with the %s lifecycle', (lifecycle) => {
    it.each(['dir', 'registry'])('in a store of the kind %s', async (kind) => {
      const directory = await temporaryDirectory('cache');
      await chmod(directory, 0o777);
      const name = `app-${randomUUID()}`;
      const store = kind === 'dir' ? `dir:${directory}` : `registry:${world.registry.host}/${name}-cache`;
      const app = ['--builder', builders[lifecycle], '--path', 'samples/apps/procfile'];
      const args = [world.image(name), ...app, '--previous-image', 'none', '--env', 'BP_LARGE_LAYER_MB=4'];

      const first = await buildElsewhere(way, [...args, '--cache-store', store]);
      const second = await buildElsewhere(way, [...args, '--cache-store', store]);

      const [saved, restored] = [first.cache?.stores[0], second.cache?.stores[0]];
      expect(saved?.save).toMatchObject({ outcome: 'saved', skipped: 0 });
      expect(restored?.restore).toEqual({ outcome: 'hit', layers: saved?.save.layers, lost: 0 });
      expect(restored).toMatchObject({ save: { outcome: 'unchanged' }, bytesUp: 0 });
      expect(second.digest).toBe(first.digest);
      expect(second.warnings).toEqual([]);
    });
  });
});
