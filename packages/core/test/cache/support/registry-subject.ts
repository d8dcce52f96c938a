import { createRegistryStore } from '../../../src/cache/store/registry.ts';
import type { CacheStore } from '../../../src/ports/index.ts';
import type { Digest, Repository } from '../../../src/reference/index.ts';
import type { RegistryClient } from '../../../src/registry/index.ts';
import { StoppedClock } from './clock.ts';
import type { StoreSubject } from './store-contract.ts';

export interface RegistrySubjectOptions {
  readonly repository: Repository;
  /** A client as each process has its own. */
  readonly client: () => RegistryClient;
  /** The client of somebody who may only read. */
  readonly reader: () => RegistryClient;
  readonly evict: (digest: Digest) => Promise<void>;
}

/** A repository of some registry as a place for caches. */
export function registrySubject({ repository, client, reader, evict }: RegistrySubjectOptions): StoreSubject {
  const clock = new StoppedClock();
  const storeWith = (registry: RegistryClient): CacheStore => createRegistryStore(repository, { registry, clock });
  return {
    open: () => storeWith(client()),
    openReadOnly: () => storeWith(reader()),
    evict,
    openDying: (step) => {
      const death = Promise.withResolvers<undefined>();
      return { store: storeWith(dying(client(), step, death.resolve)), death: death.promise };
    },
  };
}

/** A client that stops for ever before its n-th change of the registry (from 0). */
function dying(client: RegistryClient, step: number, died: (value: undefined) => void): RegistryClient {
  let left = step;
  const change = <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- > 0) return work();
    died(undefined);
    return new Promise<never>(() => undefined);
  };
  return {
    ...client,
    uploadBlob: (...args) => change(() => client.uploadBlob(...args)),
    putManifest: (...args) => change(() => client.putManifest(...args)),
    deleteManifest: (...args) => change(() => client.deleteManifest(...args)),
  };
}
