import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { requiresRoot } from '../../support/requires.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { readVolumeCache, tree, writeVolumeCache } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';

const run = promisify(execFile);
const PROGRAM = path.join(import.meta.dirname, 'support/move-cache.ts');
const LARGE = tree('a/large', seededBytes(1, 3_000_000));

interface Moved {
  readonly kind: string;
  readonly layers: number;
  readonly warnings: readonly string[];
}

async function move(...args: readonly string[]): Promise<Moved> {
  const { stdout } = await run(process.execPath, [PROGRAM, ...args]);
  return JSON.parse(stdout) as Moved;
}

it('processes that save to one directory at once leave a cache that is whole', async () => {
  const root = await temporaryDirectory();
  const store = path.join(root, 'store');
  const builds = [1, 2, 3].map((number) => path.join(root, `build-${number}`));
  for (const [index, build] of builds.entries())
    await writeVolumeCache(path.join(build, 'built'), [LARGE, tree('b/own', seededBytes(10 + index, 500_000))]);

  const saved = await Promise.all(builds.map((build) => move('save', build, store)));
  expect(saved).toMatchObject(builds.map(() => ({ kind: 'saved', layers: 2, warnings: [] })));

  expect(await move('restore', root, store)).toMatchObject({ kind: 'restored', layers: 2, warnings: [] });
  const wholes = await Promise.all(builds.map((build) => readVolumeCache(path.join(build, 'built'))));
  expect(wholes).toContainEqual(await readVolumeCache(path.join(root, 'restored')));
  for (const pack of await readdir(path.join(store, 'packs'))) {
    const bytes = await readFile(path.join(store, 'packs', pack));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(pack);
  }
});

requiresRoot('on a full disk', () => {
  /** Does it where one folder has room for so much, and gives what is there afterwards. */
  async function moveWithRoom(folder: string, room: string, ...args: readonly string[]) {
    await mkdir(folder, { recursive: true });
    const script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift && cd "$1" && shift && "$@" && find . -type f';
    const program = ['sh', room, folder, process.execPath, PROGRAM, ...args];
    const { stdout } = await run('unshare', ['--mount', 'sh', '-c', script, ...program]);
    const [moved = '', ...files] = stdout.trimEnd().split('\n');
    return { moved: JSON.parse(moved) as Moved, files };
  }

  async function built(): Promise<string> {
    const root = await temporaryDirectory();
    await writeVolumeCache(path.join(root, 'built'), [LARGE, tree('b/small', 'text')]);
    return root;
  }

  it('a save is one warning, and what could not be finished goes', async () => {
    const root = await built();
    const { moved, files } = await moveWithRoom(path.join(root, 'store'), '1m', 'save', root);
    expect(moved).toMatchObject({
      kind: 'failed',
      warnings: [expect.stringMatching(/was not saved: .*(?:full|space)/)],
    });
    expect(files).toEqual([]);
  });

  it('a restore is one warning, and gives the layers that are whole', async () => {
    const root = await built();
    await move('save', root);
    const { moved, files } = await moveWithRoom(path.join(root, 'restored'), '1m', 'restore', root);
    expect(moved).toMatchObject({ kind: 'restored', layers: 1, warnings: [expect.stringContaining('1 of 2 cached')] });
    expect(files.filter((file) => file.endsWith('.tar'))).toHaveLength(1);
    expect(files.filter((file) => file.endsWith('.metadata'))).toHaveLength(1);
  });
});
