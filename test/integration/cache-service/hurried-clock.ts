import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@buildpacks-ci/core';

/** Seconds of ours in one second. */
const HURRY = 20;

/** A clock that runs faster than the world, so that limits of half a minute can be reached in tests. */
export function hurriedClock(): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * HURRY,
    sleep: (milliseconds, signal) => delay(milliseconds / HURRY, undefined, signal && { signal }),
  };
}
