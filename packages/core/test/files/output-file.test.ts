import path from 'node:path';
import { expect, it } from 'vitest';
import { parseOutputFile } from '../../src/files/output-file.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

it('a file in a folder that is there', async () => {
  const directory = await temporaryDirectory();
  expect(parseOutputFile('page.html', directory, '--html')).toBe(path.join(directory, 'page.html'));
});

it.each([
  ['none/page.html', 'there is no folder'],
  ['.', '"." is a directory'],
])('is not "%s"', async (text, message) => {
  const directory = await temporaryDirectory();
  expect(() => parseOutputFile(text, directory, '--html')).toThrow(message);
});
