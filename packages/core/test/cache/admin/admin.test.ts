import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cachesToPrune, listCaches, readSignKey, verifyCache } from '../../../src/cache/index.ts';
import { identityKey } from '../../../src/cache/format/identity.ts';
import { builds } from '../support/build.ts';
import { recordingPorts } from '../support/doubles.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { IDENTITY, sampleIndex, samplePack } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';
import { tree } from '../support/volume-cache.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { ListedCache } from '../../../src/cache/index.ts';

const SIGNAL = new AbortController().signal;
const OTHER = { ...IDENTITY, scope: 'branch topic' };
const newKey = () =>
  readSignKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'));

async function stored() {
  const store = new MemoryStore();
  const { saveTrees, save, built } = await builds(store);
  return { store, saveTrees, save, built };
}

describe('a list', () => {
  it('tells whose caches they are, and which are of nobody', async () => {
    const { store, saveTrees } = await stored();
    await saveTrees([tree('a/layer', 'text')]);
    await saveTrees([tree('a/layer', 'text')], undefined, OTHER);
    const object = (await store.readIndex([identityKey(IDENTITY)], 1e6, SIGNAL))?.object ?? Buffer.of();
    await store.writeIndex('c'.repeat(32), { object, packs: [] }, SIGNAL);
    await store.writeIndex('d'.repeat(32), { object: Buffer.from('buildpacks-ci-cache 9\n'), packs: [] }, SIGNAL);
    await store.writeIndex('e'.repeat(32), { object: Buffer.from('text'), packs: [] }, SIGNAL);
    const listed = await listCaches(store, [], SIGNAL);
    expect(
      listed.map(({ content }) => (content.kind === 'index' ? content.index.identity.scope : content.reason)),
    ).toEqual(['branch topic', 'default', 'identity', 'version', 'damaged']);
  });

  it('tells who signed', async () => {
    const { store, save, built } = await stored();
    const key = newKey();
    await save(await built(tree('a/layer', 'text')), { key });
    const signatureFor = async (keys: Parameters<typeof listCaches>[1]) =>
      (await listCaches(store, keys, SIGNAL)).map(({ content }) => content.kind === 'index' && content.signature);
    expect(await signatureFor([key])).toEqual(['known']);
    expect(await signatureFor([newKey()])).toEqual(['unknown']);
  });
});

describe('verifying', () => {
  async function verified(damage: (store: MemoryStore) => void, keys: Parameters<typeof listCaches>[1] = []) {
    const { store, saveTrees } = await stored();
    await saveTrees([tree('a/layer', seededBytes(1, 300_000))]);
    await saveTrees([tree('a/layer', seededBytes(1, 300_000)), tree('b/layer', 'text')]);
    damage(store);
    const ports = recordingPorts();
    const [cache] = await listCaches(store, keys, SIGNAL);
    if (cache === undefined) throw new Error('nothing is listed');
    const outcome = await verifyCache(cache, { store, keys, temporary: await temporaryDirectory() }, ports);
    return { ...outcome, warnings: ports.warnings };
  }

  it('finds nothing wrong with a good cache', async () => {
    expect(await verified(() => undefined)).toMatchObject({ layers: 2, problems: [] });
  });

  it('names each layer that can not be used, and warns of nothing else', async () => {
    const { layers, problems, warnings } = await verified(({ shelf }) => {
      shelf.packs.clear();
    });
    expect(layers).toBe(0);
    expect(problems).toEqual([expect.stringContaining('the layer sha256:'), expect.stringContaining('not there')]);
    expect(warnings).toEqual([]);
  });

  it('misses the signature where there are keys', async () => {
    expect((await verified(() => undefined, [newKey()])).problems).toEqual([
      'none of the keys signed it: it is not signed',
    ]);
  });
});

describe('pruning', () => {
  const cache = (key: string, used: number, packs: readonly number[]): ListedCache => {
    const index = sampleIndex({ layers: [], packs: packs.map((seed) => samplePack(seed, [[1]])) });
    const content = { kind: 'index', index, digest: samplePack(0, []).digest, signature: 'none' } as const;
    return { key, used, bytes: 1000 * packs.length, content };
  };
  const refused = (key: string, reason: 'damaged' | 'version', used: number): ListedCache => {
    return { key, used, bytes: 10, content: { kind: 'refused', reason, message: '' } };
  };
  const pruned = (caches: readonly ListedCache[], rules: Parameters<typeof cachesToPrune>[1]) =>
    cachesToPrune(caches, rules).map(({ key, reason }) => [key, reason]);

  it('takes what is damaged, and of another version what nobody uses', () => {
    const caches = [
      refused('a', 'damaged', 9),
      refused('b', 'version', 9),
      refused('c', 'version', 1),
      cache('d', 9, [1]),
    ];
    expect(pruned(caches, {})).toEqual([['a', 'damaged']]);
    expect(pruned(caches, { unusedSince: 5 })).toEqual([
      ['a', 'damaged'],
      ['c', 'unused'],
    ]);
  });

  it('takes the least recently used until the rest fits, and counts shared packs once', () => {
    const caches = [cache('new', 3, [1, 2]), cache('old', 1, [3]), cache('middle', 2, [1, 2])];
    expect(pruned(caches, { maxBytes: 3000 })).toEqual([]);
    expect(pruned(caches, { maxBytes: 2000 })).toEqual([['old', 'size']]);
    expect(pruned(caches, { maxBytes: 1999 })).toEqual([
      ['old', 'size'],
      ['middle', 'size'],
      ['new', 'size'],
    ]);
  });
});
