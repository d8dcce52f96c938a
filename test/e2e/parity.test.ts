import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { buildWithBoth } from './support/both.ts';
import { startWorld, type World } from './support/world.ts';

requiresDocker('the digest is the one that pack build --publish gives', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['nodejs', 'procfile'] });
  });
  afterAll(() => world.stop());

  describe.each([
    ['the newest lifecycle', 'lifecycle'],
    ['the lifecycle before it', 'lifecycle-previous'],
  ] as const)('with %s', (_, lifecycle) => {
    it('for cached and launch layers, bills of materials and project.toml', async () => {
      const builder = await world.addBuilder(lifecycle, { lifecycle });
      const common = ['--builder', builder, '--path', 'samples/apps/nodejs'];
      const { ours, pack } = await buildWithBoth(world, { common });
      expect(ours).toEqual(pack);
    });
  });
});
