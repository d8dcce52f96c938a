/** Bytes of a block at least: more of them at once are not written faster. */
const BLOCK = 512 * 1024;

/**
 * Brings chunks, as they come from a network, together to blocks that are worth a call of the system. A block is valid until the next
 * one is asked for.
 */
export async function* inBlocks(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const room = new Room();
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < BLOCK) continue;
    yield room.join(chunks, size);
    chunks = [];
    size = 0;
  }
  if (size > 0) yield room.join(chunks, size);
}

/** Memory that all blocks of a file share: new memory for each costs the garbage collector more than the copying. */
class Room {
  #bytes = Buffer.alloc(0);

  join(chunks: readonly Uint8Array[], size: number): Uint8Array {
    const [first] = chunks;
    if (first?.length === size) return first;
    if (this.#bytes.length < size) this.#bytes = Buffer.allocUnsafe(Math.ceil(size * 1.25));
    let at = 0;
    for (const chunk of chunks) {
      this.#bytes.set(chunk, at);
      at += chunk.length;
    }
    return this.#bytes.subarray(0, size);
  }
}
