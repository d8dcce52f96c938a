import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cachePath, kept } from '../../bench/cache.ts';
import { command } from '../../bench/command.ts';

beforeEach(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-cache-'));
  vi.stubEnv('BENCH_CACHE', directory);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });
});

describe('kept', () => {
  it('makes a folder once, whoever asks at the same time', async () => {
    const log = cachePath('log');
    const script = `
      import { appendFile } from 'node:fs/promises';
      import { kept } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../bench/cache.ts'))};
      const make = async () => {
        await appendFile(${JSON.stringify(log)}, 'made ');
        await new Promise((resolve) => setTimeout(resolve, 200));
      };
      await Promise.all([kept('thing', make), kept('thing', make)]);`;
    const run = (): Promise<string> => command(process.execPath, ['--input-type=module-typescript', '--eval', script]);
    await Promise.all([run(), run()]);
    await expect(readFile(log, 'utf8')).resolves.toBe('made ');
  });

  it('leaves nothing of what failed, and makes it the next time', async () => {
    const failure = kept('thing', async (directory) => {
      await writeFile(path.join(directory, 'half'), '');
      throw new Error('no space left');
    });
    await expect(failure).rejects.toThrow('no space left');
    await expect(readdir(cachePath())).resolves.toEqual([]);
    const directory = await kept('thing', (made) => writeFile(path.join(made, 'whole'), ''));
    await expect(readdir(directory)).resolves.toEqual(['whole']);
  });

  it('takes over from a process that died', async () => {
    const lock = cachePath('thing.lock');
    await mkdir(lock);
    await mkdir(cachePath('thing.0.partial'));
    await utimes(lock, new Date(0), new Date(0));
    await expect(kept('thing', () => Promise.resolve())).resolves.toBe(cachePath('thing'));
    await expect(readdir(cachePath())).resolves.toEqual(['thing']);
  });
});
