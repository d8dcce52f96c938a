import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fileItem, writeTar } from '../../src/archive/index.ts';
import { TarParser } from '../../src/archive/tar-parser.ts';

describe('a parser that is fed from one buffer again and again', () => {
  it.each([1, 7, 100, 511, 513, 1000])('understands names that %i bytes at a time cut in pieces', async (length) => {
    const names = ['a', 'b', 'c'].map((name) => `${name.repeat(120)}/${name.repeat(120)}`);
    const tar = await buffer(Readable.from(writeTar(names.map((name) => fileItem(name, 'content')))));
    const parser = new TarParser();
    const memory = Buffer.alloc(length);
    const found: string[] = [];
    for (let at = 0; at < tar.length; at += length) {
      const piece = memory.subarray(0, tar.copy(memory, 0, at, at + length));
      for (const event of parser.feed(piece)) if (event.kind === 'entry') found.push(event.entry.path);
    }
    parser.finish();
    expect(found).toEqual(names);
  });
});
