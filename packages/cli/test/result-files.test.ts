import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clearResults, publishedResults, writeResults } from '../src/result-files.ts';

const DIGEST = `sha256:${'1'.repeat(64)}` as const;
const BASE = `sha256:${'2'.repeat(64)}` as const;
const BUILT = { digest: DIGEST, runImage: { name: 'run', digest: BASE } };

async function folder(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'results-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('results of publish', () => {
  test('are the image with its digest, the base and the cache', () => {
    expect(publishedResults({ ...BUILT, image: 'registry.example/app:1' })).toEqual({
      image: 'registry.example/app:1',
      digest: DIGEST,
      'base-image-digest': BASE,
      cache: 'off',
    });
  });

  test('name no image that is not published', () => {
    expect(publishedResults(BUILT)).toEqual({ 'base-image-digest': BASE, cache: 'off' });
  });

  test.each([
    ['hit', ['miss', 'hit']],
    ['miss', ['miss']],
    ['miss', []],
  ] as const)('say %s of stores that say %j', (wanted, outcomes) => {
    const stores = outcomes.map((outcome) => ({
      name: 'dir:/cache',
      restore: { outcome, layers: 0, lost: 0 },
      save: { outcome: 'nothing', layers: 0, skipped: 0 } as const,
      requests: 0,
      bytesDown: 0,
      bytesUp: 0,
    }));
    expect(publishedResults({ ...BUILT, cache: { mode: 'write', stores } })).toMatchObject({ cache: wanted });
  });
});

describe('files of results', () => {
  test('hold the value alone', async () => {
    const directory = await folder();
    const file = path.join(directory, 'digest');
    await writeResults([{ name: 'digest', file }], { digest: DIGEST });
    expect(await readFile(file, 'utf8')).toBe(DIGEST);
  });

  test('are not there for a value that there is not', async () => {
    const directory = await folder();
    await writeResults([{ name: 'image', file: path.join(directory, 'image') }], { digest: DIGEST });
    expect(await readdir(directory)).toEqual([]);
  });

  test('take the place of links, files and folders that somebody has put there', async () => {
    const directory = await folder();
    const [image, digest, cache] = ['image', 'digest', 'cache'].map((name) => path.join(directory, name)) as [
      string,
      string,
      string,
    ];
    const elsewhere = path.join(directory, 'elsewhere');
    await writeFile(elsewhere, 'kept');
    await symlink(elsewhere, image);
    await writeFile(digest, 'planted');
    await mkdir(cache);
    const files = [
      { name: 'image', file: image },
      { name: 'digest', file: digest },
      { name: 'cache', file: cache },
    ] as const;
    await clearResults(files);
    expect(await readdir(directory)).toEqual(['elsewhere']);
    await writeResults(files, { image: 'app', cache: 'hit' });
    expect(await readdir(directory)).toEqual(['cache', 'elsewhere', 'image']);
    expect(await readFile(elsewhere, 'utf8')).toBe('kept');
  });
});
