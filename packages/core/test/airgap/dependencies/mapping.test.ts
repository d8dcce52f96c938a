import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dependencyTarget, writeDependencies } from '../../../src/airgap/dependencies/mapping.ts';
import { digestOf, hexOf } from '../../../src/reference/index.ts';
import { bundleInMemory } from '../bundle-in-memory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

it.each([
  ['https://a.example/jdk-21.tar.gz', 'jdk-21.tar.gz'],
  ['https://a.example/%2e%2e', 'file'],
  ['https://a.example/', 'file'],
  [`https://a.example/${'a'.repeat(200)}`, 'a'.repeat(200)],
  [`https://a.example/${'a'.repeat(300)}`, 'file'],
])('a dependency from %s is a file that every file system takes', async (uri, name) => {
  const content = Buffer.from('a Java runtime');
  const digest = digestOf(content);
  const directory = await temporaryDirectory();
  const source = bundleInMemory({ [`dependencies/sha256/${hexOf(digest)}`]: content });
  const dependency = { id: 'jdk', version: '21', uri, digest };
  await writeDependencies([dependency], dependencyTarget(directory, undefined), source);
  expect(await readdir(path.join(directory, 'sha256', hexOf(digest)))).toEqual([name]);
});
