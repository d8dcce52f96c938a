import path from 'node:path';
import { asError, BuildpacksError } from '../../errors/index.ts';
import { untilDeadline } from '../../parallel/deadline.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import { Turnstile } from '../../parallel/turnstile.ts';
import type { CacheStore, Clock } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { CacheIndex, IndexedLayer, IndexedPack } from '../format/cache-index.ts';
import { usageOf } from '../format/usage.ts';
import { patienceFor } from '../store/patience.ts';
import { fileOfLayer } from '../volume-cache.ts';
import { LayerFile } from './layer-file.ts';
import { Placements } from './placements.ts';
import { PARALLEL_RANGES, planRanges, type PackRange } from './ranges.ts';
import { readFrames } from './read-frames.ts';
import { placeFrame } from './place-frame.ts';

/** Frames that are decompressed and written at once: as many as libuv has threads, and no more in memory. */
const UNPACKING = 4;

export interface FillOptions {
  readonly store: CacheStore;
  /** An empty folder. */
  readonly directory: string;
  /** The layers to fill, each with the folder that it holds (see `cachedLayers`). */
  readonly folders: ReadonlyMap<Digest, string>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How the layers came out. */
export interface FilledLayers {
  readonly restored: readonly IndexedLayer[];
  /** Layers that are not there, and why. */
  readonly lost: ReadonlyMap<Digest, Error>;
  /** Packs that are gone or damaged, so that nothing of them is to be used again. */
  readonly badPacks: ReadonlySet<Digest>;
}

/**
 * Reads from the store what the layers need, in parallel, and writes their tars. What is damaged or gone costs the layers
 * that need it and no others.
 */
export async function fillLayers(index: CacheIndex, options: FillOptions): Promise<FilledLayers> {
  const layers = index.layers.filter(({ diffId }) => options.folders.has(diffId));
  const files = await Promise.all(
    layers.map((layer) =>
      LayerFile.create(layer, index.packs, path.join(options.directory, fileOfLayer(layer.diffId))),
    ),
  );
  const { uid, gid } = index.identity;
  const checks = files.map((file) => file.check({ folder: options.folders.get(file.layer.diffId) ?? '', uid, gid }));
  const filling = new Filling(index.packs, files, options);
  try {
    const usage = usageOf({ layers, packs: index.packs });
    const bytes = usage.reduce((sum, { frameBytes }) => sum + frameBytes, 0);
    await untilDeadline(patienceFor(bytes, options), async (signal) => {
      await mapInParallel(planRanges(index.packs, usage), PARALLEL_RANGES, (range) => filling.read(range, signal));
    });
  } catch (error) {
    for (const file of files) file.fail(asError(error));
    throw error;
  } finally {
    await Promise.all(checks);
  }
  const damaged = files.flatMap(({ damagedPacks }) =>
    [...damagedPacks].flatMap((pack) => index.packs[pack]?.digest ?? []),
  );
  const badPacks = new Set([...filling.badPacks, ...damaged]);
  const lost = files.flatMap(({ layer, failure }) => (failure === undefined ? [] : [[layer.diffId, failure] as const]));
  return { restored: layers.filter((_, index) => files[index]?.failure === undefined), lost: new Map(lost), badPacks };
}

class Filling {
  /** Packs that are gone, or whose frames are damaged. */
  readonly badPacks = new Set<Digest>();
  readonly #packs: readonly IndexedPack[];
  readonly #files: readonly LayerFile[];
  readonly #options: FillOptions;
  readonly #placements: Placements;
  readonly #unpacking = new Turnstile(UNPACKING);
  /** For each pack, the number of each frame's first chunk. */
  readonly #firstChunks: readonly (readonly number[])[];

  constructor(packs: readonly IndexedPack[], files: readonly LayerFile[], options: FillOptions) {
    this.#packs = packs;
    this.#files = files;
    this.#options = options;
    this.#placements = new Placements(
      files.map(({ layer }) => layer),
      packs,
    );
    this.#firstChunks = packs.map(({ frames }) => {
      let next = 0;
      return frames.map(({ chunks }) => (next += chunks) - chunks);
    });
  }

  /**
   * Only an abort of the run makes this fail.
   *
   * @param signal ends the transfer
   */
  async read(range: PackRange, signal: AbortSignal): Promise<void> {
    const pack = this.#packs[range.pack];
    if (pack === undefined || !this.#isNeeded(range)) return;
    const { store, clock } = this.#options;
    let next = range.firstFrame;
    let failed = this.#failed();
    try {
      for await (const { frame, bytes } of readFrames({ store, pack, clock, signal }, range)) {
        await this.#place(range.pack, frame, bytes);
        next = frame + 1;
        const failedBefore = failed;
        failed = this.#failed();
        if (failed > failedBefore && !this.#isNeeded({ ...range, firstFrame: next })) return;
      }
    } catch (error) {
      this.#options.signal.throwIfAborted();
      this.#lose({ ...range, firstFrame: next }, error);
    }
  }

  /** Damage of one frame leaves the others as they are. */
  async #place(pack: number, frame: number, bytes: Buffer): Promise<void> {
    const table = this.#packs[pack]?.chunks;
    const frameRange = { pack, firstFrame: frame, endFrame: frame + 1 };
    const count = this.#packs[pack]?.frames[frame]?.chunks ?? 0;
    const first = this.#firstChunks[pack]?.[frame] ?? 0;
    if (table === undefined || !this.#isNeeded(frameRange)) return;
    try {
      const placesOf = (chunk: number) => this.#placements.of(pack, chunk);
      await this.#unpacking.pass(() => placeFrame({ bytes, table, first, count }, placesOf, this.#files));
    } catch (error) {
      this.#lose(frameRange, error);
    }
  }

  #lose(range: PackRange, error: unknown): void {
    const digest = this.#packs[range.pack]?.digest;
    if (digest !== undefined && error instanceof BuildpacksError && error.code === 'image') this.badPacks.add(digest);
    const reason = asError(error);
    for (const file of this.#filesNeeding(range)) file.fail(reason);
  }

  #failed(): number {
    return this.#files.filter(({ failure }) => failure !== undefined).length;
  }

  #isNeeded(range: PackRange): boolean {
    for (const file of this.#filesNeeding(range)) if (file.failure === undefined) return true;
    return false;
  }

  *#filesNeeding({ pack, firstFrame, endFrame }: PackRange): Generator<LayerFile, void, undefined> {
    const firsts = this.#firstChunks[pack] ?? [];
    const end = firsts[endFrame] ?? this.#packs[pack]?.chunks.count ?? 0;
    for (let chunk = firsts[firstFrame] ?? end; chunk < end; chunk++) {
      for (const { layer } of this.#placements.of(pack, chunk)) {
        const file = this.#files[layer];
        if (file !== undefined) yield file;
      }
    }
  }
}
