import { expect, it } from 'vitest';
import { inBlocks } from '../../src/files/blocks.ts';

async function blocksOf(chunks: readonly Uint8Array[]): Promise<readonly Buffer[]> {
  const blocks: Buffer[] = [];
  for await (const block of inBlocks(chunks)) blocks.push(Buffer.from(block));
  return blocks;
}

const KIB = 1024;

it.each([
  ['nothing', [], []],
  ['empty chunks', [0, 0], []],
  ['a small one', [3], [3]],
  ['small ones', [100 * KIB, 100 * KIB, 100 * KIB], [300 * KIB]],
  ['exactly one block', [256 * KIB, 256 * KIB], [512 * KIB]],
  ['one that is larger than a block', [1200 * KIB], [512 * KIB, 512 * KIB, 176 * KIB]],
  ['ones across the border of a block', [500 * KIB, 100 * KIB], [512 * KIB, 88 * KIB]],
] as const)('brings together %s', async (_what, sizes, expected) => {
  const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
  const blocks = await blocksOf(chunks);
  expect(blocks.map(({ length }) => length)).toEqual(expected);
  expect(Buffer.concat(blocks).equals(Buffer.concat(chunks))).toBe(true);
});
