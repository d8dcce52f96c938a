import { createDirectoryStore } from '../../../src/cache/store/directory.ts';
import type { CacheStore } from '../../../src/ports/index.ts';
import { StoppedClock } from './clock.ts';

/** A store whose process is killed, and when that is. */
export interface DyingStore {
  readonly store: CacheStore;
  readonly death: Promise<void>;
}

/** A directory store that stops for ever before its n-th change (from 0). */
export function dyingDirectoryStore(directory: string, step: number, clock = new StoppedClock()): DyingStore {
  let left = step;
  const death = Promise.withResolvers<undefined>();
  const beforeStep = () => {
    if (left-- > 0) return Promise.resolve();
    death.resolve(undefined);
    return new Promise<never>(() => undefined);
  };
  return { store: createDirectoryStore(directory, { clock, beforeStep }), death: death.promise };
}
