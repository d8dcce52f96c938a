import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeModules } from '../../../packages/core/test/cache/support/node-modules.ts';
import { writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';

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

it.each(['save', 'restore'])('a process that has to %s a large cache stays under 300 MB', async (what) => {
  const program = path.join(import.meta.dirname, 'support/move-cache.ts');
  const { stdout } = await run(process.execPath, [program, what, root]);
  const { kind, layers, peak } = JSON.parse(stdout) as { kind: string; layers: number; peak: number };
  expect({ kind, layers }).toEqual({ kind: what === 'save' ? 'saved' : 'restored', layers: 2 });
  expect(peak).toBeLessThan(300 * MB);
});
