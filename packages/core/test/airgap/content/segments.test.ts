import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Segments } from '../../../src/airgap/content/segments.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const SIZE = 10;

/** Empty files, of which all but the last are to have `SIZE` bytes. */
async function segments(count: number) {
  const directory = await temporaryDirectory();
  const files = Array.from({ length: count }, (_, index) => path.join(directory, String(index)));
  for (const file of files) await writeFile(file, '');
  const opened = new Segments(files, SIZE, 'r+');
  onTestFinished(() => opened.close());
  return { opened, files, directory };
}

/** Of the files below this folder, how many this process has open. */
async function countOpen(directory: string): Promise<number> {
  const numbers = await readdir('/proc/self/fd');
  const targets = await Promise.all(numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(`${directory}/`)).length;
}

describe('segments', () => {
  it('are written and read across their borders', async () => {
    const { opened, files } = await segments(3);
    await opened.write(Buffer.from('0123456789abcdefghijXYZ'), 0);
    expect(await Promise.all(files.map((file) => readFile(file, 'utf8')))).toEqual(['0123456789', 'abcdefghij', 'XYZ']);
    expect((await opened.read(8, 14)).toString()).toBe('89abcdefghijXY');
  });

  it('give fewer bytes where the last one ends', async () => {
    const { opened } = await segments(2);
    await opened.write(Buffer.from('0123456789abc'), 0);
    expect((await opened.read(11, 100)).toString()).toBe('bc');
  });

  it('are never open all at once, however many there are', async () => {
    const { opened, directory } = await segments(200);
    await opened.write(Buffer.alloc(200 * SIZE, 'x'), 0);
    await opened.sync();
    const works = Array.from({ length: 200 }, (_, index) => opened.read(index * SIZE, SIZE));
    expect(Buffer.concat(await Promise.all(works)).equals(Buffer.alloc(200 * SIZE, 'x'))).toBe(true);
    expect(await countOpen(directory)).toBeLessThan(50);
  });

  it('leave none open', async () => {
    const { opened, directory } = await segments(3);
    await opened.write(Buffer.alloc(25), 0);
    await opened.close();
    expect(await countOpen(directory)).toBe(0);
  });
});
