import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { describeCacheStore } from '../support/store-contract.ts';

describeCacheStore('a memory store', () => {
  const shelf = emptyShelf();
  return Promise.resolve({
    open: () => new MemoryStore(shelf),
    openReadOnly: () => new MemoryStore(shelf, 'read'),
    evict: (digest) => {
      shelf.packs.delete(digest);
      return Promise.resolve();
    },
  });
});
