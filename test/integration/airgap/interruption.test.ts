import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockJson } from '../../../packages/core/src/lock/lock-json.ts';
import type { Lock } from '../../../packages/core/src/lock/lock.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import type { Intercept } from '../../bench/registry-gate.ts';
import { requiresRoot } from '../../support/requires.ts';
import { buildpacksCi, startBuildpacksCi } from '../cli/command-line.ts';
import { startForTest } from '../registry/client.ts';
import { locked, lockOf, pushIndex } from './fixture.ts';
import { bundle, bundleTarget, load, shelfOf } from './setup.ts';
import { withRoom } from './small-disk.ts';

const run = promisify(execFile);
const FORMS = ['directory', 'tar', 'parts'] as const;

/** How many blobs are moved at once, so that so many may be half done when a run is killed. */
const AT_ONCE = 6;

/** Lets some requests through and holds those that follow, until somebody has seen that they are held. */
function heldAfter(count: number, isCounted: (method: string, url: string) => boolean) {
  let passed = 0;
  let held = 0;
  let isOpen = false;
  let tell: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (tell = resolve));
  const intercept: Intercept = ({ method, path: url }) => {
    if (isOpen || !isCounted(method, url) || passed++ < count) return undefined;
    held += 1;
    if (held === AT_ONCE) tell();
    return new Promise(() => undefined);
  };
  return { intercept, reached, open: () => (isOpen = true) };
}

const isBlobRead = (method: string, url: string) => method === 'GET' && url.includes('/blobs/sha256:');
const isUploadEnd = (method: string, url: string) => method === 'PUT' && url.includes('/blobs/uploads/');

/** A registry with two indexes, of some 15 blobs. */
async function connected(options: RegistryOptions = {}): Promise<{ readonly source: Registry; readonly lock: Lock }> {
  const source = await startRegistry(options);
  onTestFinished(() => source.stop());
  const shelf = shelfOf({ host: source.backDoor });
  const images = [];
  for (const name of ['base', 'tools']) {
    const { index, amd64, arm64 } = await pushIndex(shelf, { registry: source.backDoor, path: `team/${name}` }, '1');
    images.push(locked(`${source.host}/team/${name}:1`, index, [amd64, arm64]));
  }
  return { source, lock: lockOf(...images) };
}

function blobsRead(registry: Registry): readonly string[] {
  const reads = registry.requests().filter(({ method, path: url }) => isBlobRead(method, url));
  return reads.filter(({ status }) => status === 200).map(({ path: url }) => url.slice(url.indexOf('sha256:')));
}

describe('a bundle', () => {
  it.each(FORMS)('has the same bytes each time: a %s', async (form) => {
    const { lock } = await connected();
    const [first, second] = [await temporaryDirectory(), await temporaryDirectory()];
    const outcomes = [await bundle(lock, bundleTarget(first, form)), await bundle(lock, bundleTarget(second, form))];
    expect(outcomes[0]?.digest).toBe(outcomes[1]?.digest);
    expect((await run('diff', ['--recursive', '--no-dereference', first, second])).stdout).toBe('');
  });

  it.each(FORMS)('that is made again in the same place fetches nothing but what moves: a %s', async (form) => {
    const { source, lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), form);
    await bundle(lock, output);
    source.forget();
    const { fetched } = await bundle(lock, output);
    // A finished tar has its name, and is replaced by a new one.
    expect(fetched > 0).toBe(form === 'tar');
  });

  it.each(FORMS)('whose making was killed is continued: a %s', async (form) => {
    const gate = heldAfter(AT_ONCE, isBlobRead);
    const { source, lock } = await connected({ intercept: gate.intercept });
    const directory = await temporaryDirectory();
    await writeFile(path.join(directory, 'buildpacks-ci.lock.json'), lockJson(lock));
    const output = bundleTarget(directory, form);
    const args = ['bundle', `--output=${output.path}`, ...(form === 'parts' ? ['--part-size=1MB'] : [])];

    const started = startBuildpacksCi(args, { directory });
    await gate.reached;
    started.child.kill('SIGKILL');
    await started.ended;
    gate.open();
    const before = blobsRead(source);
    expect(before).toHaveLength(AT_ONCE);
    await expect(load(output.path, '127.0.0.1:1')).rejects.toThrow(/is missing|does not exist/);

    source.forget();
    expect(await buildpacksCi(args, { directory })).toMatchObject({ status: 0 });
    expect(blobsRead(source).filter((digest) => before.includes(digest))).toEqual([]);
    const target = await startForTest();
    await load(output.path, target.host);
  });

  it('replaces no directory that is something else', async () => {
    const { lock } = await connected();
    const directory = await temporaryDirectory();
    await writeFile(path.join(directory, 'notes.txt'), '');
    const bundling = bundle(lock, { kind: 'directory', path: directory });
    await expect(bundling).rejects.toThrow(/holds something else than a bundle: "notes\.txt"/);
  });

  it('takes the place of another bundle, of which nothing stays', async () => {
    const { lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), 'directory');
    await bundle(lock, output);
    await bundle(lockOf(...lock.images.slice(0, 1)), output);
    const target = await startForTest();
    expect((await load(output.path, target.host)).images).toHaveLength(1);
  });
});

describe('loading', () => {
  it('that was killed has moved no tag, and is continued', async () => {
    const { lock } = await connected();
    const directory = await temporaryDirectory();
    const output = bundleTarget(directory, 'tar');
    await bundle(lock, output);
    const gate = heldAfter(AT_ONCE, isUploadEnd);
    const target = await startForTest({ intercept: gate.intercept });
    const args = ['load', 'bundle.tar', `--to=${target.host}/mirror`];

    const started = startBuildpacksCi(args, { directory });
    await gate.reached;
    started.child.kill('SIGKILL');
    await started.ended;
    gate.open();
    expect(
      target.requests().filter(({ method, path: url }) => method === 'PUT' && url.includes('/manifests/')),
    ).toEqual([]);

    const uploads = () =>
      target.requests().filter(({ method, path: url, status }) => isUploadEnd(method, url) && status === 201);
    const before = uploads().length;
    expect(before).toBe(AT_ONCE);
    expect(await buildpacksCi(args, { directory })).toMatchObject({ status: 0 });
    const ends = uploads().map(({ path: url }) => decodeURIComponent(url).slice(-64));
    expect(new Set(ends).size).toBe(ends.length);
  });

  it('again sends nothing', async () => {
    const { lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), 'tar');
    await bundle(lock, output);
    const target = await startForTest();
    await load(output.path, target.host);
    target.forget();
    expect(await load(output.path, target.host)).toMatchObject({ uploaded: 0, mounted: 0 });
    expect(target.requests().filter(({ method }) => method !== 'HEAD' && method !== 'GET')).toEqual([]);
  });

  it('as a rehearsal sends nothing', async () => {
    const { lock } = await connected();
    const output = bundleTarget(await temporaryDirectory(), 'parts');
    await bundle(lock, output);
    const target = await startForTest();
    const { uploaded } = await load(output.path, target.host, { isRehearsal: true });
    expect(uploaded).toBeGreaterThan(30_000);
    expect(target.requests().filter(({ method }) => method === 'PUT' || method === 'PATCH')).toEqual([]);
  });
});

describe('an addition to an earlier bundle', () => {
  it('is small, and complete where the earlier one was loaded', async () => {
    const { lock } = await connected();
    const directory = await temporaryDirectory();
    const earlier = lockOf(...lock.images.slice(0, 1));
    await bundle(earlier, bundleTarget(path.join(directory, 'a'), 'tar'));
    const addition = bundleTarget(path.join(directory, 'b'), 'tar');
    const { omitted, fetched } = await bundle(lock, addition, { since: earlier });
    expect(omitted).toBeGreaterThan(15_000);
    expect(fetched).toBeLessThan(20_000);

    const target = await startForTest();
    await expect(load(addition.path, target.host)).rejects.toThrow(
      /is in an earlier bundle, and not on the registry[^]*nothing was pushed/,
    );
    expect(target.requests().filter(({ method }) => method !== 'HEAD')).toEqual([]);
    await load(bundleTarget(path.join(directory, 'a'), 'tar').path, target.host);
    expect((await load(addition.path, target.host)).images.map(({ digest }) => digest)).toEqual(
      lock.images.map(({ digest }) => digest),
    );
  });
});

requiresRoot('a full disk', () => {
  it.each([
    [
      'is seen before anything is fetched',
      'bundle.tar',
      'size=12k',
      /"\S+small\/bundle\.tar" needs \S+ kB more, and its disk has \S+ kB left/,
    ],
    ['ends a bundle that is continued', 'bundle', 'size=52k', /"\S+small\/bundle" can't be written: its disk is full/],
  ])('%s', async (_what, name, room, message) => {
    const { source, lock } = await connected();
    const directory = await temporaryDirectory();
    await writeFile(path.join(directory, 'buildpacks-ci.lock.json'), lockJson(lock));
    const { first, second } = await withRoom(room, directory, ['bundle', `--output=small/${name}`]);
    expect(first).toMatch(message);
    expect(first).toMatch(/Make room and run the same command again: what is there already is kept\.[^]*status 1/);
    expect(second).toMatch(/status 0/);
    const reads = blobsRead(source);
    // Those under way when it was full are the only ones that were fetched again.
    expect(reads.length - new Set(reads).size).toBeLessThanOrEqual(AT_ONCE);
  });

  it('for the configuration of mirrors leaves what was loaded', async () => {
    const { lock } = await connected();
    const directory = await temporaryDirectory();
    await bundle(lock, bundleTarget(directory, 'tar'));
    const target = await startForTest();
    const args = ['load', 'bundle.tar', `--to=${target.host}`, '--mirror-config=small/mirrors.conf'];
    const { first, second } = await withRoom('nr_inodes=1', directory, args);
    expect(first).toMatch(/can't be used: there is no space left[^]*status 1/);
    expect(second).toMatch(/0 B uploaded[^]*status 0/);
  });
});
