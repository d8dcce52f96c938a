import { expect, test } from 'vitest';
import { observed } from '../../src/build/policy/seen-digests.ts';
import { rawManifest } from '../../src/image/manifest.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import type { Lock } from '../../src/lock/lock.ts';
import { parseReference } from '../../src/reference/index.ts';
import type { RegistryReader } from '../../src/registry/index.ts';

const REFERENCE = parseReference('r.example/builder:1');
const LOCKED = `sha256:${'c'.repeat(64)}` as const;
const PLATFORM = { os: 'linux', architecture: 'amd64' };
const manifest = rawManifest(Buffer.from('{"manifest":1}'), MEDIA_TYPE.ociManifest);
const index = rawManifest(Buffer.from('{"index":1}'), MEDIA_TYPE.ociIndex);

const readerOf = (found: Awaited<ReturnType<RegistryReader['resolve']>>) =>
  ({ resolve: () => Promise.resolve(found) }) as unknown as RegistryReader;

test('an image is known by the digests of its manifest and its index', async () => {
  const { reader, digestsOf } = observed(readerOf({ manifest, index }), undefined);
  expect(digestsOf(REFERENCE)).toEqual([]);
  await reader.resolve(REFERENCE, PLATFORM);
  expect(digestsOf(REFERENCE)).toEqual([manifest.digest, index.digest]);
});

test('and by the one of the lock, which leads to the manifest alone', async () => {
  const image = { reference: REFERENCE, roles: [], digest: LOCKED, mediaType: MEDIA_TYPE.ociIndex, platforms: [] };
  const lock: Lock = { images: [image] };
  const { reader, digestsOf } = observed(readerOf({ manifest }), lock);
  await reader.resolve(REFERENCE, PLATFORM);
  expect(digestsOf(REFERENCE)).toEqual([manifest.digest, LOCKED]);
});

test('an image that is not there has none', async () => {
  const { reader, digestsOf } = observed(readerOf(undefined), undefined);
  expect(await reader.resolve(REFERENCE, PLATFORM)).toBeUndefined();
  expect(digestsOf(REFERENCE)).toEqual([]);
});
