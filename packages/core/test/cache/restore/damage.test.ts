import { describe, expect, it } from 'vitest';
import { builds } from '../support/build.ts';
import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { seededBytes } from '../support/seeded.ts';
import { tree } from '../support/volume-cache.ts';

/** They do not compress, so that a changed byte of their pack still decompresses, to something else. */
const SMALL = tree('a/small', seededBytes(1, 300_000));
const LARGE = tree('b/large', seededBytes(2, 3_000_000));

async function damaged() {
  const shelf = emptyShelf();
  const { saveTrees, restore } = await builds(new MemoryStore(shelf));
  await saveTrees([SMALL, LARGE]);
  const [[digest, pack] = []] = shelf.packs;
  if (digest === undefined || pack === undefined) throw new Error('nothing was saved');
  // Far behind the small layer, which is saved first.
  const at = pack.length - 100_000;
  pack[at] = (pack[at] ?? 0) ^ 1;
  return { digest, ...(await restore()) };
}

describe('a byte of a pack that was changed', () => {
  it('costs the layer that has it, and no other', async () => {
    const { outcome, files } = await damaged();
    expect(outcome).toMatchObject({ kind: 'restored', restored: [{}], lost: { size: 1 } });
    expect(Object.keys(files).filter((name) => name.endsWith('.tar'))).toHaveLength(1);
  });

  it('makes the pack known as damaged', async () => {
    const { outcome, digest } = await damaged();
    expect(outcome).toMatchObject({ badPacks: new Set([digest]) });
  });
});
