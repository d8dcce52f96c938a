import type { Clock } from '../../../src/ports/index.ts';

/** A clock that stands still until it is set; its sleepers never wake but by an abort. */
export class StoppedClock implements Clock {
  time: number;

  constructor(time = 1_795_000_000_000) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  sleep(_milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  }
}
