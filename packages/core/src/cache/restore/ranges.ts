import type { IndexedPack } from '../format/cache-index.ts';
import type { PackUsage } from '../format/usage.ts';

const MIB = 1024 * 1024;

/** Bytes that are read though nothing needs them, rather than to ask once more. */
const MAX_GAP = MIB;
/** Ranges that are read at once. */
export const PARALLEL_RANGES = 8;
/** Ranges are not made smaller than this, on average. */
const MIN_RANGE = 4 * MIB;
/** Ranges for any cache, and one more for each 64 MiB; of 16 requests the index takes two where a tag names it. */
const BASE_RANGES = 14;
const BYTES_PER_RANGE = 64 * MIB;
const MAX_RANGES = 512;

/** Frames of a pack that are read in one request. */
export interface PackRange {
  /** Position among the index's packs. */
  readonly pack: number;
  readonly firstFrame: number;
  /** Behind the last one. */
  readonly endFrame: number;
}

/** The frames' places in a pack: frame n is from `[n]` to `[n + 1]`, in bytes. */
export function frameOffsets({ frames }: IndexedPack): readonly number[] {
  const offsets = [0];
  for (const { size } of frames) offsets.push((offsets.at(-1) ?? 0) + size);
  return offsets;
}

/**
 * The requests that bring all needed frames: few enough not to wait for answers, many enough to go in parallel, and at most
 * 14 + n / 64 MiB of them for n bytes (or one for each pack, if that is more).
 */
export function planRanges(packs: readonly IndexedPack[], usage: readonly PackUsage[]): readonly PackRange[] {
  const offsets = packs.map(frameOffsets);
  const bytesBetween = (pack: number, from: number, to: number) =>
    (offsets[pack]?.[to] ?? 0) - (offsets[pack]?.[from] ?? 0);
  const needed = usage.reduce((sum, { frameBytes }) => sum + frameBytes, 0);
  const limit = Math.min(BASE_RANGES + Math.floor(needed / BYTES_PER_RANGE), MAX_RANGES);
  const ranges = usage.flatMap(({ frames }, pack) => neededRuns(frames, pack));
  joinClosest(ranges, limit, bytesBetween);
  return [...splitInSteps(ranges, limit, bytesBetween)];
}

type BytesBetween = (pack: number, fromFrame: number, toFrame: number) => number;

function neededRuns(frames: readonly boolean[], pack: number): PackRange[] {
  const runs: PackRange[] = [];
  for (const [frame, isNeeded] of frames.entries()) {
    if (!isNeeded) continue;
    const last = runs.at(-1);
    if (last?.endFrame === frame) runs[runs.length - 1] = { ...last, endFrame: frame + 1 };
    else runs.push({ pack, firstFrame: frame, endFrame: frame + 1 });
  }
  return runs;
}

/** Joins neighbours with the smallest gap between them: all small gaps, and more while there are too many ranges. */
function joinClosest(ranges: PackRange[], limit: number, bytesBetween: BytesBetween): void {
  const gaps = ranges.slice(1).flatMap((next, index) => {
    const range = ranges[index];
    if (range?.pack !== next.pack) return [];
    return [{ next, gap: bytesBetween(next.pack, range.endFrame, next.firstFrame) }];
  });
  gaps.sort((a, b) => a.gap - b.gap);
  const most = Math.max(0, ranges.length - limit);
  const joined = new Set(gaps.filter(({ gap }, index) => gap < MAX_GAP || index < most).map(({ next }) => next));
  const kept: PackRange[] = [];
  for (const range of ranges) {
    const last = kept.at(-1);
    if (last !== undefined && joined.has(range)) kept[kept.length - 1] = { ...last, endFrame: range.endFrame };
    else kept.push(range);
  }
  ranges.splice(0, ranges.length, ...kept);
}

/**
 * Splits ranges while there may be more of them. The first ones, which begin together, get larger from one to the next, so that not all end
 * together: layers are checked from their beginning on, beside what is still on its way.
 */
function* splitInSteps(ranges: readonly PackRange[], limit: number, bytesBetween: BytesBetween): Generator<PackRange> {
  const sizeOf = ({ pack, firstFrame, endFrame }: PackRange) => bytesBetween(pack, firstFrame, endFrame);
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0);
  const cuts = placesToCut(total, Math.min(limit - ranges.length + 1, Math.floor(total / MIN_RANGE)));
  let start = 0;
  for (let range of ranges) {
    for (let frame = range.firstFrame + 1; frame < range.endFrame; frame++) {
      const at = start + bytesBetween(range.pack, range.firstFrame, frame);
      if (at < (cuts[0] ?? Infinity)) continue;
      yield { ...range, endFrame: frame };
      range = { ...range, firstFrame: frame };
      start = at;
      while (cuts[0] !== undefined && cuts[0] <= start) cuts.shift();
    }
    yield range;
    start += sizeOf(range);
    while (cuts[0] !== undefined && cuts[0] <= start) cuts.shift();
  }
}

/** Where to cut so many bytes into parts: from half the size of the later ones on up to that, and then of the same size. */
function placesToCut(total: number, parts: number): number[] {
  const weights = Array.from({ length: Math.max(parts, 1) }, (_, part) =>
    Math.min(1, (1 + part / PARALLEL_RANGES) / 2),
  );
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let place = 0;
  return weights.slice(1).map((_, part) => (place += (total * (weights[part] ?? 0)) / sum));
}
