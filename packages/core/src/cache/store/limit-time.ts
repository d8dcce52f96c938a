import type { Clock } from '../../ports/index.ts';
import { withTimeLimit } from '../restore/time-limit.ts';
import type { CacheStore } from '../../ports/cache-store.ts';

/**
 * The same store, for which nobody waits longer than it is worth: an operation that takes too long for its bytes fails, also where the store
 * does not look at its signal. What comes of a pack is for whoever reads it to watch.
 */
export function limitTime(store: CacheStore, clock: Clock): CacheStore {
  const inTime = <T>(bytes: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) =>
    withTimeLimit({ bytes, clock, signal }, (limited) => unlessAborted(work(limited), limited));
  return {
    name: store.name,
    readIndex: (keys, maxBytes, signal) => inTime(0, signal, (limited) => store.readIndex(keys, maxBytes, limited)),
    writeIndex: (key, index, signal) =>
      inTime(index.object.length, signal, (limited) => store.writeIndex(key, index, limited)),
    readPack: (digest, range, signal) => inTime(0, signal, (limited) => store.readPack(digest, range, limited)),
    writePack: (pack, signal) => inTime(pack.size, signal, (limited) => store.writePack(pack, limited)),
    list: (signal) => store.list(signal),
    remove: (key, signal) => store.remove(key, signal),
  };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
