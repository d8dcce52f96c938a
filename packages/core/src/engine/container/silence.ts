import type { Clock } from '../../ports/index.ts';

/**
 * How long a pull may say nothing, in milliseconds: until the engine has found the image, which a firewall that drops packets can delay
 * for minutes, and then between two lines, of which there are only a few for each layer, however large.
 */
const PATIENCE = { first: 20_000, next: 600_000 } as const;

/** Listens to something that should go on. */
export interface SilenceWatch {
  /** Aborted when the silence has lasted too long, or with the signal given. */
  readonly signal: AbortSignal;
  heard(): void;
  /** What to say when it has lasted too long; else undefined. */
  lasted(): string | undefined;
  stop(): void;
}

export function watchSilence(clock: Clock, outer: AbortSignal): SilenceWatch {
  const tooLong = new AbortController();
  let waiting: AbortController | undefined;
  const wait = (milliseconds: number) => {
    waiting?.abort();
    waiting = new AbortController();
    clock.sleep(milliseconds, waiting.signal).then(
      () => {
        tooLong.abort(`it was silent for ${milliseconds / 1000} seconds`);
      },
      () => undefined,
    );
  };
  wait(PATIENCE.first);
  return {
    signal: AbortSignal.any([outer, tooLong.signal]),
    heard: () => {
      wait(PATIENCE.next);
    },
    lasted: () => (tooLong.signal.aborted ? String(tooLong.signal.reason) : undefined),
    stop: () => {
      waiting?.abort();
    },
  };
}
