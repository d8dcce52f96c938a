import { readFile, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundlesToDamage, type Damage } from './damage.ts';
import { flipInTar, swapLastFiles } from './edits.ts';

const DAMAGES: readonly Damage[] = [
  {
    done: "with a changed byte in a header's name",
    by: (at) => flipInTar(at, 'header', 2),
    named: /byte \d+: the header behind \S+ is damaged/,
  },
  {
    done: "with a changed byte in a header's checksum",
    by: (at) => flipInTar(at, 'header', 150),
    named: /byte \d+: the header behind \S+ is damaged/,
  },
  {
    done: 'with a changed byte in content',
    by: (at) => flipInTar(at, 'content', 0),
    named: /blobs\/sha256\/\w+: expected/,
  },
  {
    done: 'with a changed byte between two files',
    by: (at) => flipInTar(at, 'padding', 0),
    named: /byte \d+: what follows \S+ is not empty/,
  },
  {
    done: 'with a changed byte at its end',
    by: (at) => flipInTar(at, 'end', 600),
    named: /byte \d+: its end is not as it should be/,
  },
  {
    done: 'that ends early',
    by: async (at) => truncate(at, (await readFile(at)).length - 3000),
    named: /byte \d+: it ends in blobs\/sha256\/\w+/,
  },
  {
    done: 'with bytes behind its end',
    by: async (at) => writeFile(at, Buffer.concat([await readFile(at), Buffer.alloc(512)])),
    named: /its end|no header|is damaged/,
  },
  {
    done: 'with two files in the wrong order',
    by: swapLastFiles,
    named: /byte \d+: blobs\/sha256\/\w+ comes behind blobs\/sha256\/\w+, and belongs before it/,
  },
  {
    done: 'that is compressed',
    by: async (at) => writeFile(at, Buffer.concat([Buffer.from([0x1f, 0x8b]), (await readFile(at)).subarray(2)])),
    named: /byte 0: the header is damaged/,
  },
];

describe('a bundle that is a tar', () => {
  const bundles = bundlesToDamage('tar');

  it.each(DAMAGES)('$done is refused, and nothing is pushed', (damage) => bundles.refuses(damage));

  it('made whole again is loaded', async () => {
    expect(await bundles.loadsWhole()).toBe(2);
  });
});
