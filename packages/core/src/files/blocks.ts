/** Bytes of a block: more of them at once are not written faster. */
const BLOCK = 512 * 1024;

/**
 * Brings chunks, as they come from a network, together to blocks that are worth a call of the system. A block is valid until the next
 * one is asked for.
 */
export async function* inBlocks(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let block: Uint8Array | undefined;
  let filled = 0;
  for await (const chunk of content) {
    for (let rest = chunk; rest.length > 0;) {
      block ??= Buffer.allocUnsafe(BLOCK);
      const taken = rest.subarray(0, BLOCK - filled);
      block.set(taken, filled);
      rest = rest.subarray(taken.length);
      filled += taken.length;
      if (filled < BLOCK) continue;
      yield block;
      filled = 0;
    }
  }
  if (block !== undefined && filled > 0) yield block.subarray(0, filled);
}
