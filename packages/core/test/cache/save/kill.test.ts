import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parentOf } from '../../../src/cache/index.ts';
import { createDirectoryStore } from '../../../src/cache/store/directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { builds } from '../support/build.ts';
import { StoppedClock } from '../support/clock.ts';
import { dyingDirectoryStore } from '../support/dying-store.ts';
import { seededBytes } from '../support/seeded.ts';
import { readVolumeCache, tree } from '../support/volume-cache.ts';

const LAYER = seededBytes(1, 300_000);
const SUCCESSOR = Buffer.concat([LAYER.subarray(0, 200_000), seededBytes(2, 100_000)]);

describe('a save that is killed', () => {
  it('before any change of the directory leaves the older or the newer cache, whole, and the next save works', async () => {
    const directory = path.join(await temporaryDirectory(), 'store');
    const store = createDirectoryStore(directory, { clock: new StoppedClock() });
    const { built, restore, save } = await builds(store);
    const older = await built(tree('a/layer', LAYER));
    const newer = await built(tree('a/layer', SUCCESSOR), tree('b/layer', 'text'));
    const wholes = [await readVolumeCache(older), await readVolumeCache(newer)];
    const seen = new Set<number>();

    for (let step = 0, isOver = false; !isOver; step++) {
      await save(older);
      const parent = parentOf((await restore()).outcome);
      const { store: dying, death } = dyingDirectoryStore(directory, step);
      const saving = save(newer, parent && { parent }, dying).then(({ outcome }) => outcome.kind === 'saved');
      isOver = await Promise.race([saving, death.then(() => false)]);
      const { files, warnings } = await restore();
      expect(warnings).toEqual([]);
      expect(wholes).toContainEqual(files);
      seen.add(wholes.findIndex((whole) => Object.keys(whole).length === Object.keys(files).length));
    }
    expect(seen).toEqual(new Set([0, 1]));
  });
});
