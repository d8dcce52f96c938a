import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProject } from '../../src/project/index.ts';
import { makeTree } from '../inputs/support.ts';

test('a descriptor is read from its file', async () => {
  const app = makeTree({ 'project.toml': '\uFEFF[project]\nname = "é"\n' });
  const project = await readProject(path.join(app, 'project.toml'), { kind: 'directory', path: app }, '/elsewhere');

  expect(project).toMatchObject({ file: 'project.toml', metadata: { name: 'é' } });
});

test('a descriptor below the working directory is named from there', async () => {
  const base = makeTree({ 'shop/project.toml': '[project]\nname = 1\n' });
  const app = path.join(base, 'shop');

  await expect(readProject(path.join(app, 'project.toml'), { kind: 'directory', path: app }, base)).rejects.toThrow(
    'shop/project.toml:2:1: project.name',
  );
});

describe('what is refused', () => {
  test.each([
    ['text that is not UTF-8', new Uint8Array([0xff]), 'it is not UTF-8 text'],
    ['a huge file', new Uint8Array(1024 * 1024 + 1), 'has at most 1048576'],
  ])('%s', async (_, content, message) => {
    const app = makeTree({ 'project.toml': content });

    await expect(readProject(path.join(app, 'project.toml'), { kind: 'directory', path: app }, app)).rejects.toThrow(
      message,
    );
  });
});
