import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { writeTar } from '../../../../packages/core/src/archive/index.ts';
import { chunkName, ChunkTable } from '../../../../packages/core/src/cache/format/chunk-table.ts';
import { compressFrame } from '../../../../packages/core/src/cache/format/frame.ts';
import { sealIndex } from '../../../../packages/core/src/cache/format/index-object.ts';
import { CACHE_LIMITS } from '../../../../packages/core/src/cache/format/limits.ts';
import { identityKey } from '../../../../packages/core/src/cache/index.ts';
import type { CacheStore } from '../../../../packages/core/src/ports/index.ts';
import { IDENTITY, sampleIndex } from '../../../../packages/core/test/cache/support/sample-index.ts';
import { layerItems, metadataOf, tree } from '../../../../packages/core/test/cache/support/volume-cache.ts';
import { digestOf } from '../../../../packages/core/src/reference/index.ts';

/** Bytes of a chunk: far less than ours have, which makes no difference to a reader but for the size of the test. */
const CHUNK = 1024;
const CHUNKS_IN_FRAME = 2048;

/** Writes a cache of one layer that has as many chunks as an index may name, less a few. */
export async function writeFullestCache(store: CacheStore, scratch: string): Promise<void> {
  const cached = tree('a/fullest', contentOf((CACHE_LIMITS.chunks - 1000) * CHUNK));
  const tar = await buffer(writeTar(layerItems(cached)));
  const chunks = [];
  for (let at = 0; at < tar.length; at += CHUNK) {
    const chunk = tar.subarray(at, at + CHUNK);
    chunks.push({ name: chunkName(chunk), length: chunk.length });
  }
  const compressed = [];
  for (let at = 0; at < tar.length; at += CHUNK * CHUNKS_IN_FRAME)
    compressed.push(await compressFrame(tar.subarray(at, at + CHUNK * CHUNKS_IN_FRAME)));
  const frames = compressed.map(({ length }, index) => ({
    size: length,
    chunks: Math.min(CHUNKS_IN_FRAME, chunks.length - index * CHUNKS_IN_FRAME),
  }));
  const bytes = Buffer.concat(compressed);
  const [digest, diffId, size] = [digestOf(bytes), digestOf(tar), bytes.length];
  const index = sampleIndex({
    metadata: metadataOf([cached], [diffId]),
    layers: [{ diffId, size: tar.length, chunks: [{ pack: 0, first: 0, count: chunks.length }] }],
    packs: [{ digest, size, frames, chunks: ChunkTable.of(chunks) }],
  });
  const { signal } = new AbortController();
  const file = path.join(scratch, 'pack');
  await writeFile(file, bytes);
  await store.writePack({ digest, size, file }, signal);
  await store.writeIndex(identityKey(IDENTITY), { object: await sealIndex(index), packs: [digest] }, signal);
}

/** No two chunks of it are the same. */
function contentOf(length: number): Buffer {
  const content = Buffer.alloc(length);
  for (let at = 0; at < length; at += 64) content.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at);
  return content;
}
