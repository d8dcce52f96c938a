import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { packBuild } from './support/pack.ts';
import { startWorld, type World } from './support/world.ts';

requiresDocker('the digest is the one that pack build --publish gives', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['nodejs', 'procfile'] });
  });
  afterAll(() => world.stop());

  it('first build and rebuild', async () => {
    const args = ['--builder', world.builder, '--path', 'samples/apps/nodejs'];
    const ours = [await build([world.image('ours'), ...args]), await build([world.image('ours'), ...args])];
    await packBuild(world.image('pack'), args);
    const first = await world.digest(world.image('pack'));
    await packBuild(world.image('pack'), args);
    const second = await world.digest(world.image('pack'));
    expect(ours.map(({ digest }) => digest)).toEqual([first, second]);
  });
});
