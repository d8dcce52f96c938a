import type { CacheStore } from '../../ports/index.ts';

/** What went to a store and came from it. */
export interface CacheTraffic {
  readonly requests: number;
  /** Bytes. */
  readonly up: number;
  readonly down: number;
}

/** The same while it is counted. */
export type TrafficCount = { -readonly [K in keyof CacheTraffic]: number };

export function noTraffic(): TrafficCount {
  return { requests: 0, up: 0, down: 0 };
}

/** The same store, which counts: one request for each operation, and the bytes of indexes and packs. */
export function countTraffic(store: CacheStore, traffic: TrafficCount): CacheStore {
  return {
    name: store.name,
    readIndex: async (keys, maxBytes, signal) => {
      traffic.requests++;
      const found = await store.readIndex(keys, maxBytes, signal);
      traffic.down += found?.object.length ?? 0;
      return found;
    },
    writeIndex: async (key, index, signal) => {
      traffic.requests++;
      await store.writeIndex(key, index, signal);
      traffic.up += index.object.length;
    },
    readPack: async (digest, range, signal) => {
      traffic.requests++;
      const pieces = await store.readPack(digest, range, signal);
      return pieces && counted(pieces, traffic);
    },
    writePack: async (pack, signal) => {
      traffic.requests++;
      await store.writePack(pack, signal);
      traffic.up += pack.size;
    },
    list: (signal) => store.list(signal),
    remove: (key, signal) => store.remove(key, signal),
  };
}

async function* counted(pieces: AsyncIterable<Uint8Array>, traffic: TrafficCount): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    traffic.down += piece.length;
    yield piece;
  }
}
