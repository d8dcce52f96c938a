import type { Traffic } from './types.ts';

/** Counts what goes over the wire: every hop is a request; bytes are those of bodies, as they pass. */
export class TrafficCounter {
  #requests = 0;
  #bytesUp = 0;
  #bytesDown = 0;

  countRequest(): void {
    this.#requests += 1;
  }

  countUp(bytes: number): void {
    this.#bytesUp += bytes;
  }

  countDown(bytes: number): void {
    this.#bytesDown += bytes;
  }

  snapshot(): Traffic {
    return { requests: this.#requests, bytesUp: this.#bytesUp, bytesDown: this.#bytesDown };
  }
}
