import { failingFrom } from '../support/doubles.ts';
import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { describeCacheStore } from '../support/store-contract.ts';

describeCacheStore('a memory store', () => {
  const shelf = emptyShelf();
  return Promise.resolve({
    open: () => new MemoryStore(shelf),
    openReadOnly: () => new MemoryStore(shelf, 'read'),
    openDying: (step) => {
      const death = Promise.withResolvers<undefined>();
      const die = () => {
        death.resolve(undefined);
        return new Promise<never>(() => undefined);
      };
      return { store: failingFrom(new MemoryStore(shelf), step, die), death: death.promise };
    },
    evict: (digest) => {
      shelf.packs.delete(digest);
      return Promise.resolve();
    },
  });
});
