import { expect, it } from 'vitest';
import { fileNameOf } from '../../../src/airgap/dependencies/mapping.ts';

it.each([
  ['https://a.example/jdk-21.tar.gz', 'jdk-21.tar.gz'],
  ['https://a.example/%2e%2e', 'file'],
  ['https://a.example/', 'file'],
  [`https://a.example/${'a'.repeat(200)}`, 'a'.repeat(200)],
  [`https://a.example/${'a'.repeat(300)}`, 'file'],
])('a dependency from %s is a file that every file system takes', (uri, name) => {
  expect(fileNameOf(uri)).toBe(name);
});
