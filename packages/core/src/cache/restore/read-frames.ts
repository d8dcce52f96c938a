import { BuildpacksError } from '../../errors/index.ts';
import type { CacheStore, Clock } from '../../ports/index.ts';
import type { IndexedPack } from '../format/cache-index.ts';
import { frameOffsets, type PackRange } from './ranges.ts';
import { watched } from './watchdog.ts';

/** After so many failures without a whole frame in between nothing more is tried. */
const ATTEMPTS = 3;

export interface FrameSource {
  readonly store: CacheStore;
  readonly pack: IndexedPack;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A frame as it is stored. */
export interface StoredFrame {
  readonly frame: number;
  readonly bytes: Buffer;
}

/**
 * Reads the frames of a range in their order. A transfer that fails, stalls or ends early goes on behind the last whole frame.
 *
 * @throws BuildpacksError `image` when the pack is not there; what failed when trying again does not help
 */
export async function* readFrames(source: FrameSource, range: PackRange): AsyncGenerator<StoredFrame> {
  let next = range.firstFrame;
  for (let failures = 0; next < range.endFrame;) {
    try {
      for await (const frame of transfer(source, { ...range, firstFrame: next })) {
        next = frame.frame + 1;
        failures = 0;
        yield frame;
      }
      if (next < range.endFrame) throw new BuildpacksError('image', 'a pack ends early');
    } catch (error) {
      source.signal.throwIfAborted();
      failures++;
      if (failures === ATTEMPTS || error instanceof GoneError) throw error;
    }
  }
}

async function* transfer({ store, pack, clock, signal }: FrameSource, range: PackRange): AsyncGenerator<StoredFrame> {
  const offsets = frameOffsets(pack);
  const bytes = { start: offsets[range.firstFrame] ?? 0, end: offsets[range.endFrame] ?? 0 };
  // Ends the transfer when we are done with it, however that comes.
  const end = new AbortController();
  try {
    const stream = await store.readPack(pack.digest, bytes, AbortSignal.any([signal, end.signal]));
    if (stream === undefined) throw new GoneError(`the pack ${pack.digest} is not there any more`);
    let frame = range.firstFrame;
    let parts: Uint8Array[] = [];
    let missing = pack.frames[frame]?.size ?? 0;
    for await (const piece of watched(stream, clock)) {
      for (let rest = piece; rest.length > 0 && frame < range.endFrame;) {
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        parts.push(part);
        missing -= part.length;
        if (missing > 0) continue;
        yield { frame, bytes: Buffer.concat(parts) };
        frame++;
        parts = [];
        missing = pack.frames[frame]?.size ?? 0;
      }
    }
  } finally {
    end.abort();
  }
}

class GoneError extends BuildpacksError {
  constructor(message: string) {
    super('image', message);
  }
}
