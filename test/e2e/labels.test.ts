import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { command } from '../bench/command.ts';
import { crane } from '../bench/images.ts';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { pack } from './support/pack.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

/** As docker/metadata-action gives them, with what a careless hand-over or another JSON writer changes. */
const LABELS = {
  'org.opencontainers.image.created': '2026-11-21T09:00:00.000Z',
  'org.opencontainers.image.description': `A "shop" <b>&amp;</b> a=b, $(id) \u2028 ä 😀 \\`,
  tier: 'front',
};
const ANNOTATIONS = { 'org.opencontainers.image.title': 'The <shop> & "more"', 'z.last': '1' };

const lines = (pairs: Readonly<Record<string, string>>, level = '') =>
  Object.entries(pairs)
    .map(([key, value]) => `${level}${key}=${value}`)
    .join('\n');
/** As one of crane's flags takes them: separated by commas, each in quotes. */
const fields = (pairs: Readonly<Record<string, string>>) =>
  Object.entries(pairs)
    .map(([key, value]) => `"${`${key}=${value}`.replaceAll('"', '""')}"`)
    .join(',');
const ENVIRONMENT = {
  BUILDPACKS_CI_LABELS: lines(LABELS),
  BUILDPACKS_CI_ANNOTATIONS: `${lines(ANNOTATIONS, 'manifest:')}\n${lines(ANNOTATIONS, 'index:')}`,
};

let world: World;
let app: readonly string[];
beforeAll(async () => {
  const builder = { order: [[{ id: 'test/label-data' }, { id: 'samples/procfile' }]] };
  world = await startWorld({ buildpacks: ['procfile', 'label-data'], builder });
  app = ['--builder', world.builder, '--path', path.resolve('samples/apps/procfile')];
});
afterAll(() => world.stop());

requiresEngine('labels and annotations', () => {
  it('make the image that crane makes when it adds them to the one without', async () => {
    const [plain, witness, ours] = [world.image('plain'), world.image('witness'), world.image('ours')];
    await build([plain, ...app]);
    const pairs = ['--label', fields(LABELS), '--annotation', fields(ANNOTATIONS)];
    await crane(['mutate', plain, '--tag', witness, ...pairs], plain);
    const result = await build([ours, ...app], { environment: ENVIRONMENT });
    expect(result).toMatchObject({ labels: LABELS, annotations: ANNOTATIONS, warnings: [] });
    expect(await world.digest(ours)).toBe(await world.digest(witness));
  });

  it('change without a layer that is made or moved again', async () => {
    const image = world.image('relabelled');
    const first = await build([image, ...app, '--labels', 'a=1']);
    const second = await build([image, ...app, '--labels', 'a=2', '--annotations', 'b=3']);
    expect(second.digest).not.toBe(first.digest);
    expect(second.layers.map(({ digest }) => digest)).toEqual(first.layers.map(({ digest }) => digest));
    expect(second.layers.filter(({ origin }) => origin === 'added')).toEqual([]);
    // The configuration.
    expect(second.outputs).toMatchObject([{ blobs: { uploaded: 1, present: second.layers.length } }]);
    const { config } = await world.config(image);
    expect(config.Labels['a']).toBe('2');
  });

  it('leave no trace when they are no longer asked for', async () => {
    const [plain, image] = [world.image('never'), world.image('once')];
    const { digest } = await build([plain, ...app]);
    await build([image, ...app, '--labels', 'a=1', '--annotations', 'b=2']);
    expect(await build([image, ...app])).toMatchObject({ digest });
  });

  it('say what they replace', async () => {
    const outcome = await cli(['build', world.image('replaced'), ...app, '--labels', 'reference=mine']);
    expect(outcome).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('labels: replaced what the build or its run image had in reference') as string,
    });
    expect((await world.config(world.image('replaced'))).config.Labels['reference']).toBe('mine');
  });

  it('travel in the plan when the stages are processes of their own', async () => {
    const whole = await build([world.image('whole'), ...app], { environment: ENVIRONMENT });
    const stage = ['--build-directory', await temporaryDirectory('build')];
    const prepare = ['prepare', world.image('staged'), ...app, '--allow-builder-tag', ...stage];
    expect(await cli(prepare, { environment: ENVIRONMENT })).toMatchObject({ status: 0 });
    for (const name of ['run', 'publish']) expect(await cli([name, ...stage])).toMatchObject({ status: 0 });
    expect(await world.digest(world.image('staged'))).toBe(whole.digest);
  });
});

requiresEngine("an image in Docker's format", () => {
  let docker: readonly string[];
  beforeAll(async () => {
    const runImage = await world.addRunImage('docker/run', { types: 'docker' });
    const builder = await world.addBuilder('docker/builder', { runImage, types: 'docker' });
    docker = ['--builder', builder, '--path', path.resolve('samples/apps/procfile')];
  });

  it('can have labels', async () => {
    await build([world.image('docker/app'), ...docker, '--labels', 'a=1']);
    expect((await world.config(world.image('docker/app'))).config.Labels['a']).toBe('1');
  });

  it('can have no annotations, which is told before anything is built', async () => {
    world.registry.forget();
    const outcome = await cli(['build', world.image('docker/none'), ...docker, '--annotations', 'a=1']);
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/annotations: the run image .* is in Docker's format[^]*Use "labels"/) as string,
    });
    expect(world.registry.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

requiresDocker('an image with labels', () => {
  it('runs, and shows them', async () => {
    const name = `bench.invalid/${randomUUID()}:1`;
    onTestFinished(async () => {
      await command('docker', ['image', 'rm', '--force', name]);
    });
    await build([name, ...app, '--publish=false', '--load'], { environment: ENVIRONMENT });
    const args = ['run', '--rm', '--network', 'none', '--entrypoint', '/cnb/process/once', name];
    expect(await command('docker', args)).toContain('Hello from Cloud Native Buildpacks');
    const shown = await command('docker', ['image', 'inspect', '--format', '{{json .Config.Labels}}', name]);
    expect(JSON.parse(shown)).toMatchObject(LABELS);
  });

  it('keeps them when pack rebases it', async () => {
    const image = world.image('rebased');
    const { digest } = await build([image, ...app], { environment: ENVIRONMENT });
    const newer = await world.addRunImage('newer/run', { edition: '2' });
    await pack(['rebase', image, '--publish', '--force', '--run-image', newer]);
    expect(await world.digest(image)).not.toBe(digest);
    expect((await world.config(image)).config.Labels).toMatchObject(LABELS);
  });
});
