import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseTargetFile } from '../../src/inputs/places.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

it('a file in a folder that is there', async () => {
  const directory = await temporaryDirectory();
  expect(parseTargetFile('page.html', directory, '--html')).toBe(path.join(directory, 'page.html'));
});

it.each([
  ['none/page.html', 'is no directory'],
  ['.', '"." is a directory'],
  ['out/page.html', 'leads out of the working directory'],
])('is not "%s"', async (text, message) => {
  const [directory, elsewhere] = [await temporaryDirectory(), await temporaryDirectory()];
  await symlink(elsewhere, path.join(directory, 'out'));
  expect(() => parseTargetFile(text, directory, '--html')).toThrow(message);
});
