import type { IndexedLayer, IndexedPack } from '../format/cache-index.ts';

/** One of the places where a chunk belongs. */
export interface Placement {
  /** Position among the layers. */
  readonly layer: number;
  /** Which chunk of the layer it is. */
  readonly position: number;
}

/**
 * Where the chunks of packs belong: a chunk may be in several layers, and several times in one. Kept in arrays of numbers, since a large
 * cache has some hundred thousand.
 */
export class Placements {
  /** For each pack, the number of its first chunk among all packs' chunks. */
  readonly #firstOfPack: readonly number[];
  /** The places of chunk n are `#layers` and `#positions` from `#starts[n]` to `#starts[n + 1]`. */
  readonly #starts: Uint32Array;
  readonly #layers: Uint16Array;
  readonly #positions: Uint32Array;

  constructor(layers: readonly IndexedLayer[], packs: readonly IndexedPack[]) {
    let total = 0;
    this.#firstOfPack = packs.map(({ chunks }) => {
      total += chunks.count;
      return total - chunks.count;
    });
    const starts = new Uint32Array(total + 1);
    this.#forEach(layers, (chunk) => {
      starts[chunk + 1] = (starts[chunk + 1] ?? 0) + 1;
    });
    for (let chunk = 1; chunk <= total; chunk++) starts[chunk] = (starts[chunk] ?? 0) + (starts[chunk - 1] ?? 0);
    const places = starts[total] ?? 0;
    const next = starts.slice();
    const layerOf = new Uint16Array(places);
    const positionOf = new Uint32Array(places);
    this.#forEach(layers, (chunk, layer, position) => {
      const place = next[chunk] ?? 0;
      next[chunk] = place + 1;
      layerOf[place] = layer;
      positionOf[place] = position;
    });
    [this.#starts, this.#layers, this.#positions] = [starts, layerOf, positionOf];
  }

  *of(pack: number, chunk: number): Generator<Placement, void, undefined> {
    const number = (this.#firstOfPack[pack] ?? 0) + chunk;
    const end = this.#starts[number + 1] ?? 0;
    for (let place = this.#starts[number] ?? 0; place < end; place++) {
      yield { layer: this.#layers[place] ?? 0, position: this.#positions[place] ?? 0 };
    }
  }

  #forEach(layers: readonly IndexedLayer[], visit: (chunk: number, layer: number, position: number) => void): void {
    for (const [layer, { chunks }] of layers.entries()) {
      let position = 0;
      for (const { pack, first, count } of chunks) {
        const start = (this.#firstOfPack[pack] ?? 0) + first;
        for (let index = 0; index < count; index++) visit(start + index, layer, position++);
      }
    }
  }
}
