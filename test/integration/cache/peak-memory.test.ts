import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDirectoryStore } from '../../../packages/core/src/cache/index.ts';
import { StoppedClock } from '../../../packages/core/test/cache/support/clock.ts';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { tree, writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { writeFullestCache } from './support/fullest-cache.ts';

const MB = 1e6;
const run = promisify(execFile);
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cache-memory-'));
  const packages = Array.from({ length: 1000 }, (_, index) => index);
  // Twice as large as what it may take to save and restore it.
  const trees = [0, 1000].map((first) => ({
    name: `npm/modules-${first}`,
    files: nodeModules(
      packages.map((number) => first + number),
      16_600,
    ),
  }));
  await writeVolumeCache(path.join(root, 'built'), trees);
});

afterAll(() => rm(root, { recursive: true, force: true }));

async function move(what: string, directory: string) {
  const program = path.join(import.meta.dirname, 'support/move-cache.ts');
  const { stdout } = await run(process.execPath, [program, what, directory]);
  return JSON.parse(stdout) as { readonly kind: string; readonly layers: number; readonly peak: number };
}

it.each(['save', 'restore'])('a process that has to %s a large cache stays under 300 MB', async (what) => {
  const { kind, layers, peak } = await move(what, root);
  expect({ kind, layers }).toEqual({ kind: what === 'save' ? 'saved' : 'restored', layers: 2 });
  expect(peak).toBeLessThan(300 * MB);
});

it('a process that takes up and continues the largest cache that there may be stays under 300 MB', async () => {
  const directory = path.join(root, 'fullest');
  const store = createDirectoryStore(path.join(directory, 'store'), { clock: new StoppedClock() });
  await writeVolumeCache(path.join(directory, 'built'), [tree('b/new', 'text')]);
  await writeFullestCache(store, directory);
  const { kind, layers, peak } = await move('update', directory);
  expect({ kind, layers }).toEqual({ kind: 'saved', layers: 1 });
  expect(peak).toBeLessThan(300 * MB);
});
