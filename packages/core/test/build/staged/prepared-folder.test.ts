import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Plan } from '../../../src/build/plan.ts';
import type { HandOverLimit } from '../../../src/build/staged/hand-over-terms.ts';
import { writePrepared } from '../../../src/build/staged/prepared-folder.ts';
import { buildDirectory } from '../../../src/lifecycle/build-directory.ts';
import { SILENT_LOG } from '../../../src/ports/index.ts';

const KIBIBYTE = 1024;

describe('the folder that is handed over', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'staged-'));
    onTestFinished(() => rm(root, { recursive: true }));
  });

  /** Prepares an app of 10 KiB with a cache of 100. */
  async function prepare(
    limit?: HandOverLimit,
  ): Promise<{ readonly names: readonly string[]; readonly warnings: readonly string[] }> {
    const directory = buildDirectory(path.join(root, 'build'));
    const committed = path.join(directory.cache, 'committed');
    for (const folder of [directory.workspace, directory.platform, directory.config, directory.layout, committed])
      await mkdir(folder, { recursive: true });
    await writeFile(path.join(directory.workspace, 'app'), randomBytes(10 * KIBIBYTE));
    await writeFile(path.join(committed, 'io.buildpacks.lifecycle.cache.metadata'), '{}');
    await writeFile(path.join(committed, 'layer.tar'), randomBytes(100 * KIBIBYTE));
    await writeFile(path.join(root, 'tool'), '', { mode: 0o600 });
    const prepared = path.join(root, 'prepare');
    const warnings: string[] = [];
    const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
    const tools = { busybox: path.join(root, 'tool'), zstd: path.join(root, 'tool') };
    await writePrepared({ plan: {} as Plan, directory, prepared, tools, settings: {}, ...(limit && { limit }) }, log);
    return { names: (await readdir(prepared)).sort(), warnings };
  }

  it('can be read by whoever gets it', async () => {
    const { names } = await prepare();
    expect(names).toEqual(['app.tar.zst', 'build.tar.zst', 'cache.tar.zst', 'plan.json', 'tools']);
    const modes = ['', 'plan.json', 'tools', 'tools/zstd'].map(async (name) => {
      const { mode } = await stat(path.join(root, 'prepare', name));
      return (mode & 0o777).toString(8);
    });
    expect(await Promise.all(modes)).toEqual(['755', '644', '755', '755']);
  });

  it.each([
    ['with all of it', 1000, true, []],
    ['without a cache that has no room', 50, false, [/does without its layer cache: .* artifact-limit, 51 kB$/]],
    [
      'with a warning when nothing has room',
      1,
      false,
      [/take 1\d kB to hand over.*artifact-limit is 1 kB: it may be refused$/, /does without/],
    ],
  ])('goes %s', async (_case, limit, hasCache, expected) => {
    const { names, warnings } = await prepare({
      bytes: limit * KIBIBYTE,
      input: 'artifact-limit',
      advice: 'it may be refused',
    });
    expect(names.includes('cache.tar.zst')).toBe(hasCache);
    expect(warnings).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  });
});
