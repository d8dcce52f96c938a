import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { type CacheKey, parentOf, readSignKey, type RestoreRequest } from '../../../src/cache/index.ts';
import { builds } from '../support/build.ts';
import { recordingPorts } from '../support/doubles.ts';
import { emptyShelf, MemoryStore } from '../support/memory-store.ts';
import { BUILDER, IDENTITY } from '../support/sample-index.ts';
import { tree } from '../support/volume-cache.ts';

function newKey(): CacheKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return readSignKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
}

/** What readers with these keys ask for. */
function candidates(...keys: readonly CacheKey[]): RestoreRequest['candidates'] {
  const now = Math.floor(recordingPorts().clock.now() / 1000);
  return [{ identity: IDENTITY, signed: { keys, builder: BUILDER, now } }];
}

it('a cache in which nothing changed is signed anew when the key changes, and only then', async () => {
  const { built, save, restore } = await builds(new MemoryStore(emptyShelf()));
  const [former, present] = [newKey(), newKey()];
  const cache = await built(tree('a/layer', 'text'));
  await save(cache, { key: former });
  const parentFor = async (...keys: readonly CacheKey[]) => {
    const parent = parentOf((await restore(candidates(...keys))).outcome);
    return parent === undefined ? {} : { parent };
  };

  expect(await parentFor(present)).toEqual({});
  expect((await save(cache, { key: former, ...(await parentFor(former)) })).outcome.kind).toBe('unchanged');
  const { outcome } = await save(cache, { key: present, ...(await parentFor(former, present)) });
  expect(outcome).toMatchObject({ kind: 'saved', layers: [] });
  expect((await restore(candidates(present))).outcome.kind).toBe('restored');
});
