import path from 'node:path';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { prepareJob, publishJob, runJob, toolFolder } from './support/staged.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

requiresDocker('a build in three jobs', () => {
  let world: World;
  let tools: string;
  let builder: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    tools = await toolFolder();
  });
  afterAll(async () => {
    await rm(tools, { recursive: true, force: true });
    await world.stop();
  });

  it.each(['000', '022', '077'])('has the digest of a build in one, under umask %s', async (umask) => {
    const app = path.resolve('samples/apps/procfile');
    const whole = await build([world.image('whole'), '--builder', world.builder, '--path', app]);
    const inputs = { image: world.image(`staged-${umask}`), builder, path: app };
    const handOver = await prepareJob({ inputs, directory: await temporaryDirectory('staged'), tools });
    const run = await runJob(handOver, { builder, umask });
    expect(run).toMatchObject({ status: 0 });
    expect((await publishJob(handOver)).digest).toBe(whole.digest);
  });
});
