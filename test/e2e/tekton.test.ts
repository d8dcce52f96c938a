import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runTask, type TaskOptions, type TaskOutcome } from '../bench/tekton.ts';
import { loadToolImage } from '../bench/tool-image.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
const PROCFILE = ['samples/procfile'];

requiresDocker('the Tekton Task', () => {
  let world: World;
  let builder: string;
  let toolImage: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    toolImage = await loadToolImage();
  });
  afterAll(() => world.stop());

  const run = async ({ params = {}, workspaces = {}, ...more }: Partial<TaskOptions>): Promise<TaskOutcome> =>
    runTask({
      task: path.resolve('tekton/task/buildpacks-ci/buildpacks-ci.yaml'),
      params: { builder, 'tool-image': toolImage, buildpacks: PROCFILE, ...params },
      workspaces: { source: { kind: 'directory', path: APP }, ...workspaces },
      ...more,
    });

  it('makes the image of a build in one process, and tells it', async () => {
    const whole = await build([
      world.image('whole'),
      '--builder',
      world.builder,
      '--path',
      APP,
      '--buildpacks',
      ...PROCFILE,
    ]);
    const image = world.image('app');
    const { text, succeeded, results } = await run({ params: { image } });
    expect(succeeded, text).toBe(true);
    expect(results).toEqual({
      IMAGE_URL: image,
      IMAGE_DIGEST: whole.digest,
      APP_IMAGE_URL: image,
      APP_IMAGE_DIGEST: whole.digest,
      BASE_IMAGE_DIGEST: whole.runImage.digest,
      CACHE: 'off',
    });
    expect(await world.digest(image)).toBe(whole.digest);
  });
});
