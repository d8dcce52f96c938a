import { generateKeyPairSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type CacheIdentity,
  identityKey,
  type IndexExpectation,
  readSignKey,
  readVerifyKeys,
  restoreCache,
} from '../../../src/cache/index.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { builds } from '../support/build.ts';
import { failingFrom, hangingFrom, recordingPorts } from '../support/doubles.ts';
import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { BUILDER, IDENTITY } from '../support/sample-index.ts';
import { seededBytes } from '../support/seeded.ts';
import { tree } from '../support/volume-cache.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const SIGN_KEY = readSignKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
const VERIFY_KEYS = readVerifyKeys(publicKey.export({ format: 'pem', type: 'spki' }).toString());
const NOW = 1_795_000_000;
const BRANCH: CacheIdentity = { ...IDENTITY, scope: 'branch' };
const LARGE = tree('a/large', seededBytes(1, 500_000));

const trusting = (identity: CacheIdentity, now = NOW): IndexExpectation => ({
  identity,
  signed: { keys: VERIFY_KEYS, builder: BUILDER, now },
});

async function setup() {
  const shelf = emptyShelf();
  const store = new MemoryStore(shelf);
  return { shelf, store, ...(await builds(store)) };
}

describe('which cache a build gets', () => {
  it('is its own, then the first other one that there is', async () => {
    const { saveTrees, restore } = await setup();
    const main: CacheIdentity = { ...IDENTITY, scope: 'main' };
    const candidates = [BRANCH, main, IDENTITY].map((identity) => ({ identity }));
    await saveTrees([LARGE]);
    expect((await restore(candidates)).outcome).toMatchObject({ index: { identity: IDENTITY } });
    await saveTrees([LARGE], undefined, BRANCH);
    await saveTrees([LARGE], undefined, main);
    expect((await restore(candidates)).outcome).toMatchObject({ index: { identity: BRANCH } });
    expect((await restore(candidates.slice(1))).outcome).toMatchObject({ index: { identity: main } });
  });

  it('costs one look-up for the index, wherever it is', async () => {
    const { saveTrees, restore } = await setup();
    await saveTrees([LARGE]);
    const { outcome } = await restore([{ identity: BRANCH }, { identity: IDENTITY }]);
    expect(outcome.traffic.requests).toBe(2);
  });

  it('is the next one when its own may not be used', async () => {
    const { built, save, restore } = await setup();
    await save(await built(LARGE), { identity: BRANCH });
    await save(await built(LARGE), { key: SIGN_KEY });
    const { outcome, warnings } = await restore([trusting(BRANCH), trusting(IDENTITY)]);
    expect(outcome).toMatchObject({ kind: 'restored', index: { identity: IDENTITY } });
    expect(warnings).toEqual([]);
  });
});

describe('a build with keys', () => {
  it('uses what a writer with the key has saved', async () => {
    const { built, save, restore } = await setup();
    await save(await built(LARGE), { key: SIGN_KEY });
    expect((await restore([trusting(IDENTITY)])).outcome.kind).toBe('restored');
  });

  it.each<
    [
      string,
      { readonly scope?: string; readonly builder?: string; readonly sign?: boolean; readonly now?: number },
      string,
      number,
    ]
  >([
    ['nothing unsigned', { sign: false }, 'unsigned', 1],
    ['nothing that was saved for another identity', { scope: 'other' }, 'identity', 1],
    ['nothing of another builder', { builder: 'newer' }, 'builder', 0],
    ['nothing that has expired', { now: NOW + 604_801 }, 'expired', 0],
  ])('uses %s', async (_, { scope = 'default', builder, sign = true, now = NOW }, reason, warned) => {
    const { shelf, built, save, restore } = await setup();
    const identity = { ...IDENTITY, scope };
    await save(await built(LARGE), {
      identity,
      builder: builder === undefined ? BUILDER : digestOf(Buffer.from(builder)),
      ...(sign && { key: SIGN_KEY }),
    });
    // Somebody copies it to where this build looks.
    const [object] = shelf.indexes.values();
    if (object !== undefined) shelf.indexes.set(`${identityKey(IDENTITY)}#9`, object);
    const { outcome, cache, warnings } = await restore([trusting(IDENTITY, now)]);
    expect(outcome).toMatchObject({ kind: 'miss', reason });
    expect(warnings.length).toBe(warned);
    expect(await readdir(cache)).toEqual([]);
  });

  it('signs again what would soon expire, without a pack', async () => {
    const { built, save } = await setup();
    const cache = await built(LARGE);
    const { parentFor } = await signedParent(await setup());
    const early = await save(cache, { key: SIGN_KEY, parent: parentFor(NOW + 10) });
    expect(early.outcome.kind).toBe('saved');
    const late = await save(cache, { key: SIGN_KEY, parent: parentFor(NOW + 600_000) });
    expect(late.outcome.kind).toBe('unchanged');
  });
});

/** A parent whose index ends at a time of choice. */
async function signedParent({ built, save, restore }: Awaited<ReturnType<typeof setup>>) {
  await save(await built(LARGE), { key: SIGN_KEY });
  const { outcome } = await restore([trusting(IDENTITY)]);
  if (outcome.kind === 'miss') throw new Error(outcome.message);
  const { index, digest, signer = '' } = outcome;
  const parentFor = (expires: number) => ({
    index: { ...index, expires },
    digest,
    signer,
    badPacks: new Set<never>(),
    badLayers: new Set<never>(),
  });
  return { parentFor };
}

describe('a restore that fails', () => {
  it('is one warning and an empty cache', async () => {
    const { restore, store } = await setup();
    const { outcome, cache, warnings } = await restore(
      undefined,
      failingFrom(store, 0, () => Promise.reject(new Error('no'))),
    );
    expect(outcome).toMatchObject({ kind: 'miss', reason: 'failed', message: 'no' });
    expect(warnings).toEqual(['the layer cache "memory" was not restored: no']);
    expect(await readdir(cache)).toEqual([]);
  });

  it('by an abort says so and leaves nothing', async () => {
    const { saveTrees, store, fresh } = await setup();
    await saveTrees([LARGE]);
    const abort = new AbortController();
    const cache = await fresh('aborted');
    const stopping = failingFrom(store, 1, () => {
      abort.abort(new Error('cancelled'));
      return Promise.reject(new Error('whatever'));
    });
    const restoring = restoreCache(
      { store: stopping, candidates: [{ identity: IDENTITY }], cache },
      recordingPorts(abort.signal),
    );
    await expect(restoring).rejects.toThrow('cancelled');
    expect(await readdir(cache)).toEqual([]);
  });

  it('for taking too long ends, and the next save does not take the packs for damaged', async () => {
    const { saveTrees, store, restore } = await setup();
    await saveTrees([LARGE]);
    const { store: hanging, clock } = hangingFrom(store, 1);
    const { outcome, warnings, cache } = await restore(undefined, hanging, { clock });
    expect(outcome).toMatchObject({ kind: 'restored', restored: [], lost: { size: 1 }, badPacks: new Set() });
    expect(warnings).toEqual([expect.stringContaining('it takes longer than 60 seconds')]);
    expect(await readdir(path.join(cache, 'committed'))).toHaveLength(1);
  });

  it('for want of an answer ends', async () => {
    const { saveTrees, store, restore } = await setup();
    await saveTrees([LARGE]);
    const { store: hanging, clock } = hangingFrom(store, 0);
    const { outcome, warnings, cache } = await restore(undefined, hanging, { clock });
    expect(outcome).toMatchObject({ kind: 'miss', reason: 'failed', message: 'it takes longer than 60 seconds' });
    expect(warnings).toEqual(['the layer cache "memory" was not restored: it takes longer than 60 seconds']);
    expect(await readdir(cache)).toEqual([]);
  });
});
