import type { CacheIndex } from './cache-index.ts';
import { identityFields } from './identity.ts';

/**
 * The index as text. Canonical: JSON without blanks, fields in this order, strings as `JSON.stringify` writes them, so that equal
 * indexes are equal bytes and a text that reads in two ways is not one of ours.
 */
export function renderIndex(index: CacheIndex): string {
  return JSON.stringify({
    identity: identityFields(index.identity),
    created: index.created,
    expires: index.expires,
    createdBy: index.createdBy,
    builder: index.builder,
    image: index.image,
    parent: index.parent,
    metadata: index.metadata,
    layers: index.layers.map(({ diffId, size, chunks }) => ({
      diffId,
      size,
      chunks: chunks.map(({ pack, first, count }) => [pack, first, count]),
    })),
    packs: index.packs.map(({ digest, size, frames, chunks }) => ({
      digest,
      size,
      frames: frames.map((frame) => [frame.size, frame.chunks]),
      chunks: chunks.bytes.toString('base64'),
    })),
  });
}
