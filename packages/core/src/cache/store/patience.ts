import { BuildpacksError } from '../../errors/index.ts';
import { type Deadline, withDeadline } from '../../parallel/deadline.ts';
import type { CacheStore, Clock } from '../../ports/index.ts';

/** Seconds for anything a store does, and for each MiB of it: what takes longer is slower than to build without. */
const BASE = 60;
const FOR_EACH_MIB = 1;
const MIB = 1024 * 1024;

/** How long it is worth to wait for these bytes. */
export function patienceFor(bytes: number, ports: Pick<Deadline, 'clock' | 'signal'>): Deadline {
  const seconds = Math.round(BASE + FOR_EACH_MIB * (bytes / MIB));
  const late = () => new BuildpacksError('temporary', `it takes longer than ${seconds} seconds`);
  const { clock, signal } = ports;
  return { milliseconds: seconds * 1000, late, clock, signal };
}

/**
 * The same store, for which nobody waits longer than it is worth: an operation that takes too long for its bytes fails, also where the store
 * does not look at its signal. What comes of a pack is for whoever reads it to watch.
 */
export function limitPatience(store: CacheStore, clock: Clock): CacheStore {
  const inTime = <T>(bytes: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) =>
    withDeadline(patienceFor(bytes, { clock, signal }), work);
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
