import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readElf, relocated } from '../../../scripts/tool-image/elf.ts';
import { sealedLoader } from '../../../scripts/tool-image/loader.ts';

const NODE = readFileSync(process.execPath);

test('a program is relocated and says the same otherwise', () => {
  const before = readElf(NODE);
  const after = readElf(relocated(NODE, '/somewhere/else/ld.so', '/somewhere/else'));
  expect(after).toEqual({ ...before, interpreter: '/somewhere/else/ld.so', rpath: '/somewhere/else' });
  expect(before?.interpreter).toMatch(/^\/lib/);
});

test('a program is relocated only once', () => {
  const once = relocated(NODE, '/a/ld.so', '/a');
  expect(() => relocated(once, '/b/ld.so', '/b')).toThrow('a path of its own');
});

test('paths that are too long are refused', () => {
  expect(() => relocated(NODE, `/${'a'.repeat(8192)}`, '/a')).toThrow('no room');
});

test.each(['', '#!/bin/sh\n', '\x7fELF\x01\x01'])('%j is no program of this kind', (text) => {
  expect(readElf(Buffer.from(text, 'latin1'))).toBeUndefined();
});

test('a loader in which a place is not found is refused', () => {
  expect(() => sealedLoader(Buffer.from('/lib/\0'), 'amd64')).toThrow('the loader does not hold');
});
