import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { rawManifest } from '../../src/image/manifest.ts';
import { digestOf, type ImageReference } from '../../src/reference/index.ts';
import { type FakeRegistry, startFakeRegistry } from './fake-registry.ts';
import { setup } from './setup.ts';

const CONFIG = { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(Buffer.from('{}')), size: 2 };
/** Spaces that stringify would not write: the bytes must be kept as they are. */
const MANIFEST = `{ "schemaVersion": 2,  "config": ${JSON.stringify(CONFIG)}, "layers": [] }`;

function put(registry: FakeRegistry, name: string, text: string, mediaType: string = MEDIA_TYPE.ociManifest) {
  const bytes = Buffer.from(text);
  registry.manifests.set(`app:${name}`, { mediaType, bytes });
  return digestOf(bytes);
}

function tag(registry: FakeRegistry, name = 'latest'): ImageReference {
  return { kind: 'tag', repository: registry.repository('app'), tag: name };
}

describe('reading a manifest', () => {
  it('gives the bytes as they are', async () => {
    const registry = await startFakeRegistry();
    const digest = put(registry, 'latest', MANIFEST);
    const manifest = await setup().client.manifest(tag(registry));
    expect(manifest).toEqual({ bytes: Buffer.from(MANIFEST), mediaType: MEDIA_TYPE.ociManifest, digest });
  });

  it('asks for all four types, uncompressed', async () => {
    const registry = await startFakeRegistry();
    await setup().client.manifest(tag(registry));
    const headers = registry.exchanges[0]?.request.headers;
    expect(headers?.accept?.split(', ')).toHaveLength(4);
    expect(headers?.['accept-encoding']).toBe('identity');
  });
});

describe('the head of a manifest', () => {
  it('is its descriptor', async () => {
    const registry = await startFakeRegistry();
    const digest = put(registry, 'latest', MANIFEST);
    const { client } = setup();
    expect(await client.headManifest(tag(registry))).toEqual({
      mediaType: MEDIA_TYPE.ociManifest,
      digest,
      size: MANIFEST.length,
    });
    expect(registry.lines()).toEqual(['HEAD /v2/app/manifests/latest']);
  });
});

describe('resolving for a platform', () => {
  const LINUX_ARM = { os: 'linux', architecture: 'arm64' };

  function putIndex(registry: FakeRegistry, children: readonly object[]) {
    return put(registry, 'latest', JSON.stringify({ schemaVersion: 2, manifests: children }), MEDIA_TYPE.ociIndex);
  }

  it('goes through an index', async () => {
    const registry = await startFakeRegistry();
    const child = digestOf(Buffer.from(MANIFEST));
    put(registry, child, MANIFEST);
    const descriptor = { mediaType: MEDIA_TYPE.ociManifest, digest: child, size: MANIFEST.length };
    const index = putIndex(registry, [{ ...descriptor, platform: LINUX_ARM }]);
    const resolved = await setup().client.resolve(tag(registry), LINUX_ARM);
    expect([resolved?.manifest.digest, resolved?.index?.digest]).toEqual([child, index]);
  });

  it('takes a manifest without index as it is', async () => {
    const registry = await startFakeRegistry();
    const digest = put(registry, 'latest', MANIFEST);
    const resolved = await setup().client.resolve(tag(registry), LINUX_ARM);
    expect(resolved?.manifest.digest).toBe(digest);
    expect(resolved).not.toHaveProperty('index');
  });
});

describe('writing a manifest', () => {
  const manifest = rawManifest(Buffer.from(MANIFEST), MEDIA_TYPE.ociManifest);

  it('sends the bytes as they are', async () => {
    const registry = await startFakeRegistry();
    await setup().client.putManifest(registry.repository('app'), 'v1', manifest);
    expect(registry.manifests.get('app:v1')).toEqual({
      bytes: Buffer.from(MANIFEST),
      mediaType: MEDIA_TYPE.ociManifest,
    });
  });
});
