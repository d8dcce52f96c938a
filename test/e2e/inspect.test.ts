import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { BuildResult, Inspection } from '../../packages/core/src/index.ts';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

requiresEngine('an image that was built', () => {
  let world: World;
  let directory: string;
  let result: BuildResult;
  let image: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['nodejs'] });
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-inspect-'));
    image = world.image('app');
    const outputs = ['--output', `oci:${directory}/layout`, '--sbom-directory', `${directory}/sbom`];
    result = await build([image, '--builder', world.builder, '--path', 'samples/apps/nodejs', ...outputs]);
    world.registry.forget();
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
    await world.stop();
  });

  const inspect = async (name: string): Promise<Inspection> => {
    const { status, stdout, stderr } = await cli(['inspect', '--json', name]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as Inspection;
  };

  it('tells what the build told', async () => {
    const inspection = await inspect(image);
    expect(inspection).toMatchObject({
      name: image,
      digest: result.digest,
      platform: result.platform,
      runImage: {
        name: world.runImage,
        reference: `${world.runImage.replace(/:1$/, '')}@${result.runImage.digest}`,
      },
      buildpacks: result.buildpacks,
      processes: result.processes,
      layers: result.layers.map(({ digest, diffId, size, owner }) => ({ digest, diffId, size, owner })),
      rebasable: true,
    });
  });

  it('is read without its layers, but for the one with bills of materials', async () => {
    world.registry.forget();
    const { sbom } = await inspect(image);
    const requests = world.registry.requests().filter(({ method }) => method === 'GET');
    const blobs = requests.filter(({ path: url }) => url.includes('/app/blobs/'));
    expect(blobs).toHaveLength(2);
    expect(blobs.filter(({ path: url }) => sbom.state === 'present' && url.endsWith(sbom.digest))).toHaveLength(1);
  });

  it('tells the same from a layout', async () => {
    const { stdout } = await cli(['inspect', '--json', '--check', `oci:${directory}/layout`]);
    expect({ ...(JSON.parse(stdout) as Inspection), name: image }).toEqual(await inspect(image));
  });

  it('gives its bills of materials, as the build did', async () => {
    const target = path.join(directory, 'inspected');
    expect(await cli(['inspect', image, '--sbom-directory', target])).toMatchObject({ status: 0 });
    const files = (await readdir(target, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const names = files.map(({ parentPath, name }) => path.relative(target, path.join(parentPath, name)));
    expect(names).toContain('launch/samples_nodejs/node/sbom.cdx.json');
    for (const name of names) {
      expect(await readFile(path.join(target, name))).toEqual(await readFile(path.join(directory, 'sbom', name)));
    }
  });

  it('asks nobody about the run image of a layout, unless it is told to', async () => {
    world.registry.forget();
    const { base } = await inspect(`oci:${directory}/layout`);
    expect([base, world.registry.requests()]).toEqual([undefined, []]);
  });

  it('stands on the newest run image until there is a newer one', async () => {
    const { status, stdout } = await cli(['inspect', image, '--check', '--json']);
    const other = await startWorld({ buildpacks: ['nodejs'] });
    onTestFinished(() => other.stop());
    await build([other.image('app'), '--builder', other.builder, '--path', 'samples/apps/nodejs']);
    await other.addRunImage('run', { edition: '2' });
    const moved = await cli(['inspect', other.image('app'), '--check']);
    expect([status, JSON.parse(stdout), moved.status]).toMatchObject([0, { base: { state: 'current' } }, 110]);
  });

  it('is shown as a table to people', async () => {
    const { stdout } = await cli(['inspect', image]);
    expect(stdout).toMatch(new RegExp(`^Image +${image}$`, 'm'));
    expect(stdout).toContain(result.digest);
    expect(stdout).toMatch(/samples\/nodejs/);
  });

  it.each([
    ['an image that is not there', 'gone', 2, 'does not exist'],
    ['an image that no buildpack made', 'run', 1, 'was not built with buildpacks'],
  ])('is not taken for %s', async (_, name, status, message) => {
    const outcome = await cli(['inspect', world.image(name)]);
    expect(outcome).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) as string });
  });
});

requiresDocker('an image in the store of docker', () => {
  it('is told as far as docker tells it', async () => {
    const world = await startWorld({ buildpacks: ['procfile'] });
    onTestFinished(() => world.stop());
    const image = world.image('stored');
    await build([
      image,
      '--builder',
      world.builder,
      '--path',
      'samples/apps/procfile',
      '--load=docker',
      '--publish=false',
    ]);
    const { status, stdout, stderr } = await cli(['inspect', `docker://${image}`, '--json', '--check']);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      name: `docker://${image}`,
      buildpacks: [{ id: 'samples/procfile' }],
      base: { state: 'current' },
      sbom: { state: 'missing' },
      layers: [],
    });
  });

  it('is missed where docker does not have it', async () => {
    const outcome = await cli(['inspect', 'docker://gone.example/app:1']);
    expect(outcome).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('"docker://gone.example/app:1"') as string,
    });
  });
});
