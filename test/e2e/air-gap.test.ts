import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

const APP = path.resolve(import.meta.dirname, '../../samples/apps/nodejs');

requiresEngine('a build by its lock', () => {
  let world: World;
  let directory: string;
  let locked: { readonly builder: string; readonly runImage: string };
  let inputs: readonly string[];

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['nodejs'] });
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-air-gap-'));
    inputs = ['--builder', world.builder, '--path', APP];
    locked = { builder: await world.digest(world.builder), runImage: await world.digest(world.runImage) };
    expect(await lock()).toMatchObject({ status: 0 });
    await world.addRunImage('run', { edition: '2' });
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
    await world.stop();
  });

  const lock = (...flags: readonly string[]) =>
    cli(['lock', ...inputs, '--tool-image', 'none', ...flags], { directory });

  it('uses what was locked when a tag has moved', async () => {
    const result = await build([world.image('app'), ...inputs, '--locked'], { directory });
    expect(result.builder.digest).toBe(locked.builder);
    expect(result.runImage.digest).toBe(locked.runImage);
  });

  it.each([
    ['run image', ['--run-image', 'registry.example/other/run:1'], 'registry.example/other/run:1'],
    [
      'buildpack',
      ['--buildpacks', 'docker://registry.example/bp@sha256:' + '1'.repeat(64)],
      'registry.example/bp@sha256:1',
    ],
  ])('refuses a %s that is not in it', async (_kind, flags, name) => {
    const { status, stderr } = await cli(['build', world.image('app'), ...inputs, ...flags, '--locked'], { directory });
    expect(status).toBe(2);
    expect(stderr).toContain(`"${name}`);
    expect(stderr).toContain('is not in "buildpacks-ci.lock.json", and only what it names may be used');
    expect(stderr).toContain('buildpacks-ci lock');
  });

  it('tells when the lock is missing', async () => {
    const { status, stderr } = await cli(['build', world.image('app'), ...inputs, '--locked', '--lock-file=no.json'], {
      directory,
    });
    expect(status).toBe(2);
    expect(stderr).toContain('lock-file: "no.json" does not exist');
  });

  it('tells where a directory is in the place of the list of images', async () => {
    const { status, stderr } = await lock('--images-lock=.');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('images-lock: "." is a directory') as string,
    });
  });

  it('is told by lock --check that a tag has moved', async () => {
    const { status, stdout } = await lock('--check');
    expect(status).toBe(110);
    expect(stdout).toBe(`~ ${world.runImage}\n    ${locked.runImage} -> ${await world.digest(world.runImage)}\n`);
  });

  it('stays as it is by lock, and moves by lock --update', async () => {
    const file = path.join(directory, 'buildpacks-ci.lock.json');
    const before = await readFile(file, 'utf8');
    expect(await lock()).toMatchObject({ status: 0, stdout: 'buildpacks-ci.lock.json is up to date\n' });
    expect(await readFile(file, 'utf8')).toBe(before);
    const { status, stdout } = await lock('--update');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining(`${locked.runImage} -> `) as string,
    });
    expect(await lock('--check')).toMatchObject({ status: 0 });
  });
});
