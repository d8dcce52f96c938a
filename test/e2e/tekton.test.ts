import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTask, type TaskOptions, type TaskOutcome } from '../bench/tekton.ts';
import { loadToolImage } from '../bench/tool-image.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
const PROCFILE = ['samples/procfile'];
const FIXED = path.resolve('tekton/task/buildpacks-ci/buildpacks-ci.yaml');
const ANY_USER = path.resolve('tekton/task/buildpacks-ci-any-user/buildpacks-ci-any-user.yaml');
/** As OpenShift chooses them. */
const ARBITRARY = 1_000_660_000;

requiresDocker('the Tekton Task', () => {
  let world: World;
  let builder: string;
  let toolImage: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'failing', 'large-layer', 'env-probe'] });
    builder = `${world.image('builder').replace(/:1$/, '')}@${await world.digest(world.builder)}`;
    toolImage = await loadToolImage();
  });
  afterAll(() => world.stop());

  const run = async ({ params = {}, workspaces = {}, ...more }: Partial<TaskOptions>): Promise<TaskOutcome> =>
    runTask({
      task: FIXED,
      params: { builder, 'tool-image': toolImage, buildpacks: PROCFILE, ...params },
      workspaces: { source: { kind: 'directory', path: APP }, ...workspaces },
      ...more,
    });

  it('makes the image of a build in one process, and tells it', async () => {
    const args = ['--builder', world.builder, '--path', APP, '--buildpacks', ...PROCFILE];
    const whole = await build([world.image('whole'), ...args]);
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

  it('tells no image that it does not publish', async () => {
    const { text, succeeded, results } = await run({ params: { image: world.image('unpublished'), publish: 'false' } });
    expect(succeeded, text).toBe(true);
    expect(Object.keys(results).sort()).toEqual(['BASE_IMAGE_DIGEST', 'CACHE']);
  });

  it('hands on items of arrays as they are', async () => {
    const env = ['QUOTED="it\'s" $(id) `id` --env', 'LINES=first\n-- second\n', '--lists=tags\n=x', 'EMPTY='];
    const { steps, text } = await run({ params: { image: world.image('env'), env: env.slice(0, 2) } });
    expect(
      steps.map(({ exitCode }) => exitCode),
      text,
    ).toEqual([0, 0, 0]);
  });

  it('refuses an item that would begin the next list', async () => {
    const { succeeded, steps } = await run({ params: { image: world.image('env'), env: ['A=1', '--', 'B=2'] } });
    expect(succeeded).toBe(false);
    expect(steps[0]?.log).toContain('no item may be "--"');
  });

  it('ends with the status of the lifecycle when a buildpack fails, and publishes nothing', async () => {
    const { succeeded, steps, results } = await run({
      params: { image: world.image('failing'), buildpacks: ['test/failing'] },
    });
    expect(succeeded).toBe(false);
    expect(steps.map(({ exitCode }) => exitCode).slice(0, 2)).toEqual([0, 51]);
    expect(results).toEqual({});
  });

  describe('keeps its layer cache on a volume', () => {
    it.each([
      ['with the users of the manifest', FIXED, undefined],
      ['with the user of an OpenShift namespace', ANY_USER, ARBITRARY],
    ])('%s', async (_case, task, user) => {
      const cache = await sharedVolume();
      const options: Partial<TaskOptions> = {
        task,
        ...(user !== undefined && { user }),
        params: {
          image: world.image(user === undefined ? 'cached' : 'cached-any'),
          buildpacks: ['test/large-layer'],
          env: ['BP_LARGE_LAYER_MB=4'],
        },
        // Tekton takes one claim in a run, unless it is told not to choose nodes by them.
        workspaces: { source: { kind: 'emptyDir' }, cache: { kind: 'directory', path: cache } },
        ...(user === undefined && { podTemplate: { securityContext: { fsGroup: 65532 } } }),
      };
      const first = await run(options);
      expect(first.succeeded, first.text).toBe(true);
      const second = await run(options);
      expect(second.results, second.text).toEqual({ ...first.results, CACHE: 'hit' });
      expect(second.text).toContain("Reusing layer 'test/large-layer:large'");
    });
  });
});

/** As a volume claim is for a Pod with `fsGroup`: its group may write. */
async function sharedVolume(): Promise<string> {
  const directory = path.join(await temporaryDirectory('tekton'), 'cache');
  await mkdir(directory);
  await chmod(directory, 0o2777);
  await writeFile(path.join(directory, 'lost+found'), '');
  return directory;
}
