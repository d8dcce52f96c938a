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
  ['small ones', [100 * KIB, 100 * KIB, 100 * KIB], [300 * KIB]],
  ['empty ones among others', [0, 3, 0], [3]],
  ['what makes a block exactly', [256 * KIB, 256 * KIB], [512 * KIB]],
  ['what is larger than a block already', [1200 * KIB, 10], [1200 * KIB, 10]],
  ['what goes beyond a block', [500 * KIB, 100 * KIB, 7], [600 * KIB, 7]],
] as const)('brings together %s', async (_what, sizes, expected) => {
  const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
  const blocks = await blocksOf(chunks);
  expect(blocks.map(({ length }) => length)).toEqual(expected);
  expect(Buffer.concat(blocks).equals(Buffer.concat(chunks))).toBe(true);
});
