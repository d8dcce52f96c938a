import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDirectoryStore, readSignKey } from '../../packages/core/src/cache/index.ts';
import { builds } from '../../packages/core/test/cache/support/build.ts';
import { recordingPorts } from '../../packages/core/test/cache/support/doubles.ts';
import { IDENTITY } from '../../packages/core/test/cache/support/sample-index.ts';
import { readVolumeCache, tree } from '../../packages/core/test/cache/support/volume-cache.ts';
import { temporaryDirectory } from '../../packages/core/test/support/temporary-directory.ts';
import { cut, gear, isSigned, nameOf, readDirectoryStore } from './cache-format-reader.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/cache-format.md'), 'utf8');
const { uid, gid, repository, platform, builder, scope, suffix } = IDENTITY;
/** In the page's order. */
const IDENTITY_FIELDS = { repository, platform, builder, uid, gid, scope, suffix };

/** Bytes that nothing compresses, and everybody can make: the SHA-256 of "0", of "1", and so on. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: length / 32 }, (_, index) => createHash('sha256').update(String(index)).digest());
  return Buffer.concat(blocks);
}

async function savedCache(changes: Parameters<Awaited<ReturnType<typeof builds>>['save']>[1] = {}) {
  const directory = await temporaryDirectory();
  const { built, save } = await builds(createDirectoryStore(directory, { clock: recordingPorts().clock }));
  const files = [
    { name: 'a', content: noise(1_048_576) },
    { name: 'b', content: 'text '.repeat(200_000) },
  ];
  const cache = await built(
    { name: 'node/modules', files },
    tree('node/dist', noise(524_288)),
    tree('sbom/cache', '{}'),
  );
  const { warnings } = await save(cache, changes);
  expect(warnings).toEqual([]);
  return { directory, files: await readVolumeCache(cache) };
}

describe('a reader that was written from docs/cache-format.md', () => {
  test('finds the layers and the metadata that were saved', async () => {
    const { directory, files } = await savedCache();
    const { layers, metadata } = readDirectoryStore(directory, IDENTITY_FIELDS);
    const read = [...layers].map(([diffId, content]) => [`${diffId}.tar`, content.toString('latin1')] as const);
    const named = [...read, ['io.buildpacks.lifecycle.cache.metadata', metadata] as const];
    expect(Object.fromEntries(named)).toEqual(files);
  });

  test('cuts the layers where they were cut', async () => {
    const { directory } = await savedCache();
    const { layers, chunkLengths } = readDirectoryStore(directory, IDENTITY_FIELDS);
    for (const [diffId, content] of layers) expect(cut(content)).toEqual(chunkLengths.get(diffId));
  });

  test('knows who signed', async () => {
    const pair = generateKeyPairSync('ed25519');
    const key = readSignKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const { directory } = await savedCache({ key });
    expect(isSigned(directory, IDENTITY_FIELDS, pair.publicKey)).toBe(true);
    expect(isSigned(directory, IDENTITY_FIELDS, generateKeyPairSync('ed25519').publicKey)).toBe(false);
  });
});

describe('the examples of docs/cache-format.md', () => {
  test.each([0, 1, 97, 255])('gear[%i]', (value) => {
    const row = PAGE.split('\n').find((line) => line.includes(`\`gear[${value}]\``));
    expect(row).toContain(`\`0x${gear(value).toString(16).padStart(8, '0')}\``);
  });

  test('the chunks of a mebibyte', () => {
    expect(PAGE).toContain(`\`${cut(noise(1_048_576)).join(', ')}\``);
  });

  test('the name of an identity', () => {
    const [json = ''] = /\{\s*"repository"[^}]*\}/.exec(PAGE) ?? [];
    expect(PAGE).toContain(`\`${nameOf(JSON.parse(json) as object)}\``);
  });
});
