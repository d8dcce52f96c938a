import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { replaceFile } from '../../src/files/replace-file.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

it('replaces a link, and not what it leads to', async () => {
  const directory = await temporaryDirectory();
  const victim = path.join(directory, 'victim');
  await writeFile(victim, 'mine');
  await symlink(victim, path.join(directory, 'report'));
  await replaceFile(path.join(directory, 'report'), 'new');
  expect(await readFile(victim, 'utf8')).toBe('mine');
  expect(await readFile(path.join(directory, 'report'), 'utf8')).toBe('new');
});

it('leaves nothing behind when it fails', async () => {
  const directory = await temporaryDirectory();
  await expect(replaceFile(path.join(directory, 'missing/report'), 'new')).rejects.toThrow('ENOENT');
  await mkdir(path.join(directory, 'folder'));
  await expect(replaceFile(path.join(directory, 'folder'), 'new')).rejects.toThrow('EISDIR');
  expect(await readdir(directory)).toEqual(['folder']);
});
