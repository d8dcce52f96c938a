import { type CachePorts } from '../../../src/cache/index.ts';
import { type CacheStore, type Clock, SILENT_LOG } from '../../../src/ports/index.ts';
import { StoppedClock } from './clock.ts';

/** Ports of a run, with the warnings that it gave. */
export function recordingPorts(signal = new AbortController().signal) {
  const warnings: string[] = [];
  const clock = new StoppedClock();
  const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
  return { clock, log, signal, warnings } satisfies CachePorts & { warnings: string[] };
}

/** A store whose n-th operation (from 0) and all later ones do what is told instead. */
export function failingFrom(store: CacheStore, step: number, act: () => Promise<never>): CacheStore {
  let left = step;
  const next = <T>(work: () => Promise<T>): Promise<T> => (left-- > 0 ? work() : act());
  return {
    name: store.name,
    readIndex: (...args) => next(() => store.readIndex(...args)),
    writeIndex: (...args) => next(() => store.writeIndex(...args)),
    readPack: (...args) => next(() => store.readPack(...args)),
    writePack: (...args) => next(() => store.writePack(...args)),
    list: (...args) => next(() => store.list(...args)),
    remove: (...args) => next(() => store.remove(...args)),
  };
}

/** A store that gives no answer from its n-th operation (from 0) on, whatever its signal says, and a clock on which time passes when it does. */
export function hangingFrom(store: CacheStore, step: number): { readonly store: CacheStore; readonly clock: Clock } {
  const hanging = Promise.withResolvers<undefined>();
  const hang = () => {
    hanging.resolve(undefined);
    return new Promise<never>(() => undefined);
  };
  const stopped = new StoppedClock();
  const clock: Clock = {
    now: () => stopped.now(),
    sleep: (milliseconds, signal) => Promise.race([hanging.promise, stopped.sleep(milliseconds, signal)]),
  };
  return { store: failingFrom(store, step, hang), clock };
}
