import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crane } from '../bench/images.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { cli } from './support/cli.ts';
import { startWorld, type World } from './support/world.ts';

/** From a connected registry to that of a closed network, as an operator goes. */
describe('a build in a closed network', () => {
  let world: World;
  let closed: Registry;
  let directory: string;

  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['nodejs'] });
    closed = await startRegistry();
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-air-gap-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
    await closed.stop();
    await world.stop();
  });

  const run = async (...args: readonly string[]) => {
    const outcome = await cli(args, { directory });
    expect(outcome.status, outcome.stderr).toBe(0);
    return outcome;
  };

  it('goes from lock to load', async () => {
    await run('lock', '--builder', world.builder, '--tool-image', 'none');
    console.log(await readFile(path.join(directory, 'buildpacks-ci.lock.json'), 'utf8'));
    const b = await run('bundle', '--output', 'bundle');
    console.log(b.stdout, b.stderr);
    const l = await run('load', 'bundle', '--to', `${closed.host}/mirror`);
    console.log(l.stdout, l.stderr);
    const host = world.registry.host.replace(':', '_');
    const there = `${closed.host}/mirror/${host}/${world.builder.split('/')[1]}`;
    expect((await crane(['digest', there], there)).trim()).toBe(await world.digest(world.builder));
  });
});
