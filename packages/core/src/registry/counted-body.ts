import { pipeline, type Readable, Transform } from 'node:stream';
import type { TrafficCounter } from './traffic.ts';

/** The body of a request as it is sent: counted, and whose own failure can be told from the network's. */
export class CountedBody {
  /** What to send; null when there is nothing. */
  readonly content: Uint8Array | Readable | null;
  #failure: Error | undefined;

  constructor(body: Uint8Array | Readable | undefined, traffic: TrafficCounter) {
    if (body instanceof Uint8Array) traffic.countUp(body.byteLength);
    this.content = body === undefined || body instanceof Uint8Array ? (body ?? null) : this.#counted(body, traffic);
  }

  /** What the source of the body failed with, before the network did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** For a request that was never sent: the source is not read any more. */
  discard(): void {
    if (this.content instanceof Transform) this.content.destroy();
  }

  /** A pipeline, so that the end of the request ends the source at once, even one that waits for its next bytes. */
  #counted(source: Readable, traffic: TrafficCounter): Readable {
    const counter = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        traffic.countUp(chunk.byteLength);
        done(null, chunk);
      },
    });
    source.once('error', (error) => {
      // The network's failure comes back through the pipeline: by then the counter is gone.
      if (!counter.destroyed) this.#failure = error;
    });
    pipeline(source, counter, () => undefined);
    return counter;
  }
}
