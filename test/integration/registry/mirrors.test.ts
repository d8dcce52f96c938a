import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../packages/core/src/auth/index.ts';
import { type Descriptor, rawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { readImage } from '../../../packages/core/src/image/source.ts';
import { digestOf, type ImageReference } from '../../../packages/core/src/reference/index.ts';
import type { RegistryClient } from '../../../packages/core/src/registry/index.ts';
import type { Registry } from '../../bench/registry.ts';
import { clientFor, repositoryOf, startForTest } from './client.ts';

const AMD64 = { os: 'linux', architecture: 'amd64' };
const LAYER = blobOf('a layer', MEDIA_TYPE.ociLayer);
const CONFIG = blobOf(
  JSON.stringify({ ...AMD64, rootfs: { type: 'layers', diff_ids: [LAYER.descriptor.digest] } }),
  MEDIA_TYPE.ociConfig,
);

function blobOf(content: string, mediaType: string) {
  const bytes = Buffer.from(content);
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } satisfies Descriptor };
}

/** Puts an image on a registry, as `team/app:1`. */
async function push(registry: Registry, path = 'team/app'): Promise<ImageReference> {
  const client = clientFor();
  const repository = repositoryOf(registry, path);
  for (const { bytes, descriptor } of [LAYER, CONFIG]) {
    await client.uploadBlob(repository, descriptor, () => Readable.from([bytes]));
  }
  const json = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: CONFIG.descriptor,
    layers: [LAYER.descriptor],
  };
  await client.putManifest(repository, '1', rawManifest(Buffer.from(JSON.stringify(json)), MEDIA_TYPE.ociManifest));
  registry.forget();
  return { kind: 'tag', repository, tag: '1' };
}

/** The layer's text, read as a build reads it: tag, configuration, layer. */
async function readLayer(client: RegistryClient, reference: ImageReference): Promise<string> {
  const found = await client.resolve(reference, AMD64);
  if (found === undefined) throw new Error('there is no such image');
  const image = await readImage(client.source(reference.repository), found.manifest);
  return text(await image.source.open(LAYER.descriptor));
}

const kinds = (registry: Registry) =>
  registry.requests().map(({ method, path }) => `${method} ${/manifests|blobs/.exec(path)?.[0] ?? path}`);

const READS = ['GET manifests', 'GET blobs', 'GET blobs'];

describe('a pull-through mirror', () => {
  const start = async () => {
    const source = await startForTest();
    const mirror = await startForTest({ pullsFrom: source.url });
    return { source, mirror, lines: [`${source.host}=${mirror.host}`] };
  };

  it('is all that is asked, in as many requests as its source would be', async () => {
    const { source, mirror, lines } = await start();
    const reference = await push(source);
    expect(await readLayer(clientFor(undefined, lines), reference)).toBe('a layer');
    expect(kinds(mirror)).toEqual(READS);
  });

  it('serves what it has when its source is gone', async () => {
    const { source, lines } = await start();
    const reference = await push(source);
    await readLayer(clientFor(undefined, lines), reference);
    await source.stop();
    expect(await readLayer(clientFor(undefined, lines), reference)).toBe('a layer');
  });

  it('that is gone is passed over', async () => {
    const { source, mirror, lines } = await start();
    const reference = await push(source);
    await mirror.stop();
    expect(await readLayer(clientFor(undefined, lines), reference)).toBe('a layer');
    expect(kinds(source)).toEqual(READS);
  });

  it('is never written to', async () => {
    const { source, mirror, lines } = await start();
    const client = clientFor(undefined, lines);
    const repository = repositoryOf(source, 'team/out');
    await client.checkPush(repository);
    await client.uploadBlob(repository, LAYER.descriptor, () => Readable.from([LAYER.bytes]));
    expect(await client.hasBlob(repository, LAYER.descriptor.digest)).toBe(true);
    expect(mirror.requests()).toEqual([]);
  });
});

describe('a mirror on the registry that is pushed to', () => {
  it('has its layers mounted', async () => {
    const [source, target] = [await startForTest(), await startForTest()];
    const reference = { ...(await push(target, 'hub/team/app')), repository: repositoryOf(source, 'team/app') };
    const client = clientFor(undefined, [`${source.host}=${target.host}/hub`]);
    await readLayer(client, reference);
    const { digest } = LAYER.descriptor;
    expect(await client.mountBlob(repositoryOf(target, 'out'), digest, reference.repository)).toBe(true);
    expect(source.requests()).toEqual([]);
  });
});

describe('a mirror on another host', () => {
  it('is shown none of the credentials of the registry', async () => {
    const seen: (string | undefined)[] = [];
    const secret: Credential = { kind: 'basic', username: 'alice', password: 'canary' };
    const source = await startForTest({ auth: { kind: 'basic', users: { alice: 'canary' } } });
    const mirror = await startForTest({
      intercept: ({ headers }) => {
        seen.push(headers.authorization);
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="all"' } };
      },
    });
    const client = clientFor(
      ({ registry }) => (registry === source.host ? secret : undefined),
      [`${source.host}=${mirror.host}`],
    );
    expect(
      await client.manifest({ kind: 'tag', repository: repositoryOf(source, 'team/app'), tag: '1' }),
    ).toBeUndefined();
    expect(seen).toEqual([undefined]);
    expect(source.requests().map(({ status }) => status)).toContain(404);
  });
});
