import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { IndexedPack } from '../../../src/cache/format/cache-index.ts';
import { readFrames } from '../../../src/cache/restore/read-frames.ts';
import type { ByteRange, Clock } from '../../../src/ports/index.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { StoppedClock } from '../support/clock.ts';
import { samplePack } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';

const SIGNAL = new AbortController().signal;
const BYTES = seededBytes(1, 1000);
const PACK: IndexedPack = {
  ...samplePack(1, [[1], [1], [1], [1]]),
  frames: [100, 200, 300, 400].map((size) => ({ size, chunks: 1 })),
};
const ALL = { pack: 0, firstFrame: 0, endFrame: 4 };

/** One transfer: gives pieces of what was asked for. */
type Transfer = (asked: Buffer) => AsyncIterable<Uint8Array> | undefined;

/** A store whose transfers go as they are listed, and the ranges that it was asked for. */
class ScriptedStore extends MemoryStore {
  readonly asked: ByteRange[] = [];
  readonly #transfers: Transfer[];

  constructor(...transfers: Transfer[]) {
    super();
    this.#transfers = transfers;
  }

  override readPack(_digest: unknown, range: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined> {
    this.asked.push(range);
    const transfer = this.#transfers.shift() ?? whole;
    return Promise.resolve(transfer(BYTES.subarray(range.start, range.end)));
  }
}

async function* inPieces(bytes: Uint8Array, size = 37): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

const whole: Transfer = (asked) => inPieces(asked);
const cutAt =
  (length: number): Transfer =>
  (asked) =>
    inPieces(asked.subarray(0, length));
const brokenAt = (length: number): Transfer =>
  async function* (asked) {
    yield* inPieces(asked.subarray(0, length));
    throw new Error('connection reset');
  };
const stalledAt = (length: number): Transfer =>
  async function* (asked) {
    yield* inPieces(asked.subarray(0, length));
    await new Promise(() => undefined);
  };

/** Whoever sleeps wakes soon, unless it does not want to any more. */
const IMPATIENT: Clock = {
  now: () => 0,
  sleep: async (_milliseconds, signal) => {
    for (let turn = 0; turn < 5; turn++) await setImmediate(undefined, signal && { signal });
  },
};

async function read(store: ScriptedStore, clock: Clock = new StoppedClock(), range = ALL): Promise<readonly number[]> {
  const frames: number[] = [];
  for await (const { frame, bytes } of readFrames({ store, pack: PACK, clock, signal: SIGNAL }, range)) {
    const start = [0, 100, 300, 600][frame] ?? 0;
    expect(bytes.equals(BYTES.subarray(start, start + bytes.length))).toBe(true);
    expect(bytes.length).toBe(PACK.frames[frame]?.size);
    frames.push(frame);
  }
  return frames;
}

describe('the frames of a range', () => {
  it('come in their order, in one request', async () => {
    const store = new ScriptedStore();
    expect(await read(store)).toEqual([0, 1, 2, 3]);
    expect(store.asked).toEqual([{ start: 0, end: 1000 }]);
  });

  it('are no more than asked for', async () => {
    const store = new ScriptedStore(() => inPieces(BYTES.subarray(100)));
    expect(await read(store, undefined, { pack: 0, firstFrame: 1, endFrame: 3 })).toEqual([1, 2]);
    expect(store.asked).toEqual([{ start: 100, end: 600 }]);
  });

  it.each([
    ['ends early', cutAt(310)],
    ['breaks', brokenAt(310)],
    ['stalls', stalledAt(310)],
  ])('go on behind the last whole one when a transfer %s', async (_, transfer) => {
    const store = new ScriptedStore(transfer);
    expect(await read(store, IMPATIENT)).toEqual([0, 1, 2, 3]);
    expect(store.asked).toEqual([
      { start: 0, end: 1000 },
      { start: 300, end: 1000 },
    ]);
  });

  it('are given up when three transfers fail without one in between', async () => {
    const store = new ScriptedStore(cutAt(350), cutAt(10), brokenAt(20));
    await expect(read(store)).rejects.toThrow('connection reset');
    expect(store.asked.map(({ start }) => start)).toEqual([0, 300, 300]);
  });

  it('are missing in a damaged pack when it always ends early', async () => {
    const store = new ScriptedStore(cutAt(350), cutAt(10), cutAt(0));
    await expect(read(store)).rejects.toMatchObject({ code: 'image', message: 'a pack ends early' });
  });

  it('are not asked for again when the pack is gone', async () => {
    const store = new ScriptedStore(() => undefined);
    await expect(read(store)).rejects.toThrow('is not there any more');
    expect(store.asked.length).toBe(1);
  });
});
