import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BuildpacksError, machineError } from '../../src/errors/index.ts';

it('names the file that can not be used, and why', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'machine-error-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const thrown: unknown = await writeFile(path.join(directory, 'missing/file'), '').catch((error: unknown) => error);

  const error = machineError(thrown);

  expect(error).toBeInstanceOf(BuildpacksError);
  expect(error).toMatchObject({
    code: 'machine',
    message: `"${directory}/missing/file" can't be used: it does not exist`,
    cause: thrown,
  });
});

it('explains a full disk, where the operating system names no file', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  expect(machineError(full)).toMatchObject({ code: 'machine', hint: expect.stringContaining('TMPDIR') as string });
});

it.each([
  ['errors of ours', new BuildpacksError('temporary', 'later')],
  ['programs that are not there', Object.assign(new Error(''), { code: 'ENOENT', syscall: 'spawn git', path: 'git' })],
  ['connections', Object.assign(new Error(''), { code: 'EACCES', syscall: 'connect' })],
  ['defects', new TypeError('undefined is not a function')],
])('leaves %s as they are', (_, error) => {
  expect(machineError(error)).toBe(error);
});
