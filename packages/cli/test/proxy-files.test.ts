import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readProxyFiles } from '../src/proxy-files.ts';

const URL = 'http://ann:pass@proxy.example:3128';

type Files = Readonly<Record<string, string>>;

/** A Secret as the kubelet mounts it: each file is a link into a hidden folder. */
async function mounted(files: Files): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'proxy-files-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(path.join(directory, '..2026'));
  await symlink('..2026', path.join(directory, '..data'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(directory, '..2026', name), text);
    await symlink(path.join('..data', name), path.join(directory, name));
  }
  return directory;
}

describe('a volume with proxies', () => {
  test.each<[string, Files, Files]>([
    ['every file', { 'http-proxy': URL, 'https-proxy': URL, 'no-proxy': '.a,.b' }, {}],
    ['one of them', { 'https-proxy': URL }, {}],
    ['a line end after a value', { 'https-proxy': `${URL}\n` }, { 'https-proxy': URL }],
    ['none, as of an optional Secret that is not there', {}, {}],
  ])('has %s', async (_case, files, differing) => {
    expect(readProxyFiles(await mounted(files))).toEqual({ files: { ...files, ...differing }, problems: [] });
  });

  test('that is none is told', async () => {
    expect(readProxyFiles(path.join(await mounted({}), 'none'))).toBeUndefined();
  });

  test('with what can not be read or is not known names all of it, and nothing of what is in it', async () => {
    const directory = await mounted({ HTTPS_PROXY: URL, 'no-proxy': '.a' });
    await mkdir(path.join(directory, 'http-proxy'));
    const { files, problems } = readProxyFiles(directory) ?? {};
    expect(files).toEqual({ 'no-proxy': '.a' });
    expect(problems?.map(({ message }) => message)).toEqual([
      '"HTTPS_PROXY" is none of its files',
      'its file "http-proxy" can\'t be read',
    ]);
    expect(JSON.stringify(problems)).not.toContain('pass@');
  });
});
