import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

requiresDocker('a network with copies of images below a prefix', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
    await world.addBuilder('mirror/docker.io/example/builder', {});
  });
  afterAll(() => world.stop());

  it('makes the same image of a copied builder that is named as everywhere', async () => {
    const args = ['--path', path.resolve('samples/apps/procfile')];
    const named = await build([world.image('named'), ...args, '--builder', world.builder]);
    const prefix = `${world.registry.host}/mirror/`;
    const copied = await build([
      world.image('copied'),
      ...args,
      ...['--builder', 'docker.io/example/builder:1', '--registry-prefix', prefix],
    ]);
    expect(copied.digest).toBe(named.digest);
    expect(copied.builder.name).toBe('index.docker.io/example/builder:1');
  });
});
