import { generateKeyPairSync } from 'node:crypto';
import { readdir, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { requiresDocker } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];

requiresDocker('a layer cache', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
  });
  afterAll(() => world.stop());

  let images = 0;
  /** What each test builds; the previous image is left out, so that only the cache makes a build faster. */
  function subject() {
    const name = `cached-${++images}`;
    const image = world.image(name);
    const always = ['--builder', world.builder, '--path', 'samples/apps/procfile', '--env', 'BP_LARGE_LAYER_MB=8'];
    const cold = [...always, '--previous-image', 'none'];
    const registry = `registry:${world.registry.host}/${name}-cache`;
    return { name, image, always, cold, registry };
  }

  const stores = ({ cache }: BuildResult) => cache?.stores ?? [];
  const outcomes = (result: BuildResult) =>
    stores(result).map(({ restore, save }) => [restore.outcome, save.outcome, restore.lost + save.skipped]);

  it('in a registry is all that an empty machine needs for a warm build', async () => {
    const { image, cold, registry } = subject();
    const args = [image, ...cold, '--cache-store', registry];
    const first = await build(args);
    expect(outcomes(first)).toEqual([['miss', 'saved', 0]]);

    world.registry.forget();
    const second = await cli(['build', '--json', ...args]);
    expect(second.stderr).toContain('from the cache');
    const result = JSON.parse(second.stdout) as BuildResult;
    expect(result.digest).toBe(first.digest);
    expect(outcomes(result)).toEqual([['hit', 'unchanged', 0]]);
    expect(stores(result)[0]?.restore.layers).toBe(stores(first)[0]?.save.layers);
    expect(stores(result)[0]?.bytesUp).toBe(0);
    const ofCache = world.registry.requests().filter(({ path: url }) => url.includes('-cache/'));
    expect(ofCache.map(({ method }) => method)).toEqual(ofCache.map(() => 'GET'));
    expect(ofCache.length).toBeLessThanOrEqual(16);
  });

  it('is taken by the lifecycle before the newest one as well', async () => {
    const { image, cold, registry } = subject();
    const builder = await world.addBuilder('previous-lifecycle', { lifecycle: 'lifecycle-previous', order: ORDER });
    const args = [image, ...cold.map((arg) => (arg === world.builder ? builder : arg)), '--cache-store', registry];
    const first = await build(args);
    const second = await build(args);
    expect(outcomes(second)).toEqual([['hit', 'unchanged', 0]]);
    expect(second.warnings).toEqual([]);
    expect(second.digest).toBe(first.digest);
  });

  it('is asked for in the order of its stores, and all of them are written', async () => {
    const { image, cold, registry } = subject();
    const directory = await temporaryDirectory('cache');
    const both = ['--cache-store', `dir:${directory}`, '--cache-store', registry];
    await build([image, ...cold, '--cache-store', registry]);

    expect(outcomes(await build([image, ...cold, ...both]))).toEqual([
      ['miss', 'saved', 0],
      ['hit', 'unchanged', 0],
    ]);
    expect(outcomes(await build([image, ...cold, ...both]))).toEqual([
      ['hit', 'unchanged', 0],
      ['unasked', 'unchanged', 0],
    ]);
  });

  it('knows the image that the last build made', async () => {
    const { name, always, registry } = subject();
    const args = [...always, '--cache-store', registry];
    const first = await build([world.image(name, 'one'), ...args]);
    const second = await build([world.image(name, 'two'), ...args]);
    expect(second.previousImage?.digest).toBe(first.digest);
    expect(second.digest).toBe(first.digest);
  });

  it('that is damaged makes one warning and the same image', async () => {
    const { image, cold } = subject();
    const directory = await temporaryDirectory('cache');
    const args = [image, ...cold, '--cache-store', `dir:${directory}`];
    const first = await build(args);
    for (const pack of await readdir(path.join(directory, 'packs'))) {
      await truncate(path.join(directory, 'packs', pack), 1000);
    }

    const second = await build(args);
    expect(second.digest).toBe(first.digest);
    expect(second.warnings).toEqual([expect.stringContaining("can't be used and are made again")]);
    expect(outcomes(await build(args))).toEqual([['hit', 'unchanged', 0]]);
  });

  it('is read and not written by an untrusted run', async () => {
    const { image, cold } = subject();
    const directory = await temporaryDirectory('cache');
    const args = [image, ...cold, '--cache-store', `dir:${directory}`];
    const untrusted = [...args, '--trust', 'untrusted', '--output', `oci:${await temporaryDirectory('out')}/image`];
    expect(outcomes(await build(untrusted))).toEqual([['miss', 'off', 0]]);
    expect(await readdir(directory)).toEqual([]);
    await build(args);
    expect(outcomes(await build(untrusted))).toEqual([['hit', 'off', 0]]);
  });

  it('that is signed is used by who has the public key, and written by who has the private one', async () => {
    const { image, cold } = subject();
    const directory = await temporaryDirectory('cache');
    const args = [image, ...cold, '--cache-store', `dir:${directory}`];
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signing = {
      BUILDPACKS_CI_CACHE_SIGN_KEY: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    };
    const reading = ['--cache-verify-keys', publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];

    expect(outcomes(await build(args, { environment: signing }))).toEqual([['miss', 'saved', 0]]);
    expect(outcomes(await build([...args, ...reading]))).toEqual([['hit', 'off', 0]]);
    // Whoever can write there without the key.
    await rm(path.join(directory, 'indexes'), { recursive: true });
    await build(args);
    const third = await build([...args, ...reading]);
    expect(outcomes(third)).toEqual([['miss', 'off', 0]]);
    expect(third.warnings).toEqual([expect.stringContaining('none of the keys signed it')]);
  });

  it('goes through the stages of a build in processes of their own', async () => {
    const { name, cold, registry } = subject();
    const digest = await world.digest(world.builder);
    const pinned = cold.map((arg) => (arg === world.builder ? `${world.builder}@${digest}` : arg));
    const staged = async (tag: string) => {
      const directory = path.join(await temporaryDirectory('build'), 'build');
      const place = ['--build-directory', directory];
      for (const args of [
        ['prepare', world.image(name, tag), ...pinned, '--cache-store', registry, ...place],
        ['run', ...place],
      ]) {
        const { status, stderr } = await cli(args);
        expect(status, stderr).toBe(0);
      }
      const { stdout } = await cli(['publish', '--json', ...place]);
      return JSON.parse(stdout) as BuildResult;
    };
    const first = await staged('one');
    expect(outcomes(first)).toEqual([['miss', 'saved', 0]]);
    world.registry.forget();
    const second = await staged('two');
    expect(outcomes(second)).toEqual([['hit', 'unchanged', 0]]);
    expect(second.digest).toBe(first.digest);
    const ofCache = world.registry.requests().filter(({ path: url }) => url.includes('-cache/'));
    expect(new Set(ofCache.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('can be listed, verified and pruned', async () => {
    const { image, cold, registry } = subject();
    await build([image, ...cold, '--cache-store', registry]);
    const list = await cli(['cache', 'ls', '--cache-store', registry]);
    expect(list).toMatchObject({ status: 0, stderr: '' });
    expect(list.stdout).toContain(`${image.replace(/:1$/, '')}, default`);
    expect((await cli(['cache', 'verify', '--cache-store', registry])).status).toBe(0);
    expect((await cli(['cache', 'prune', '--cache-store', registry, '--max-size', '1kB'])).status).toBe(0);
    expect((await cli(['cache', 'ls', '--cache-store', registry])).stdout).toBe(`${registry}: nothing\n`);
  });
});
