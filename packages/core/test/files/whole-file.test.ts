import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeFileWhole } from '../../src/files/whole-file.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const write = (file: string) => writeFileWhole(file, [Buffer.from('new')]);

it('replaces a link, and not what it leads to', async () => {
  const directory = await temporaryDirectory();
  const victim = path.join(directory, 'victim');
  await writeFile(victim, 'mine');
  await symlink(victim, path.join(directory, 'report'));
  await write(path.join(directory, 'report'));
  expect(await readFile(victim, 'utf8')).toBe('mine');
  expect(await readFile(path.join(directory, 'report'), 'utf8')).toBe('new');
});

it('leaves nothing behind when it fails', async () => {
  const directory = await temporaryDirectory();
  await expect(write(path.join(directory, 'missing/report'))).rejects.toThrow('ENOENT');
  await mkdir(path.join(directory, 'folder'));
  await expect(write(path.join(directory, 'folder'))).rejects.toThrow('EISDIR');
  expect(await readdir(directory)).toEqual(['folder']);
});
