/** Milliseconds of waiting that are judged together. As long as the network's limit for silence. */
const WINDOW = 60_000;
/** Bytes that must come in a window: a fiftieth of what the slowest telephone line carries. */
const MINIMUM = 16 * 1024;

/**
 * Whether an answer still gets anywhere. The network ends one that is silent; this one ends those that send a byte now and
 * then, and could hold a build for days. Only the time in which we wait for bytes counts, so a slow consumer is no slow sender.
 */
export class Pace {
  #bytes = 0;
  #waited = 0;

  /**
   * Notes a chunk; false when too little has come for too long.
   *
   * @param waited milliseconds from the moment when we were ready for it
   */
  keepsUp(bytes: number, waited: number): boolean {
    this.#bytes += bytes;
    this.#waited += waited;
    if (this.#waited < WINDOW) return true;
    const enough = this.#bytes >= MINIMUM;
    this.#bytes = 0;
    this.#waited = 0;
    return enough;
  }
}
