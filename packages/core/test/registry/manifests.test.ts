import { describe, expect, it } from 'vitest';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { rawManifest } from '../../src/image/manifest.ts';
import { digestOf, type ImageReference } from '../../src/reference/index.ts';
import { MAX_MANIFEST_SIZE } from '../../src/registry/index.ts';
import { type FakeRegistry, type Fault, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

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

  it('gives nothing when there is none', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup();
    expect(await client.manifest(tag(registry))).toBeUndefined();
    expect(await client.headManifest(tag(registry))).toBeUndefined();
  });

  it('asks for all four types, uncompressed', async () => {
    const registry = await startFakeRegistry();
    await setup().client.manifest(tag(registry));
    const headers = registry.exchanges[0]?.request.headers;
    expect(headers?.accept?.split(', ')).toHaveLength(4);
    expect(headers?.['accept-encoding']).toBe('identity');
  });

  it('does not mind parameters of the content type', async () => {
    const registry = await startFakeRegistry();
    put(registry, 'latest', MANIFEST, `${MEDIA_TYPE.ociManifest}; charset=utf-8`);
    expect((await setup().client.manifest(tag(registry)))?.mediaType).toBe(MEDIA_TYPE.ociManifest);
  });

  const body = (headers: Record<string, string>, text = MANIFEST): Fault => {
    return (exchange) => reply(exchange, 200, { 'content-type': MEDIA_TYPE.ociManifest, ...headers }, text);
  };
  it.each<[string, Fault, string]>([
    ['another digest than its header', body({ 'docker-content-digest': digestOf(Buffer.from('x')) }), 'digest'],
    ['no manifest type', body({ 'content-type': 'text/plain' }), 'text/plain'],
    ['a web page', body({ 'content-type': 'text/html' }), 'web page'],
    ['schema 1', body({ 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }), 'schema 1'],
    [
      'another type than it says',
      body({}, MANIFEST.replace('{', `{"mediaType":"${MEDIA_TYPE.ociIndex}",`)),
      'calls itself',
    ],
    ['layers and manifests', body({}, MANIFEST.replace('{', '{"manifests":[],')), 'both'],
    ['more than 4 MiB', body({}, MANIFEST + ' '.repeat(MAX_MANIFEST_SIZE)), `${MAX_MANIFEST_SIZE}`],
    ['no JSON', body({}, 'hello'), 'JSON'],
  ])('refuses %s', async (_, fault, text) => {
    const registry = await startFakeRegistry(fault);
    await expect(setup().client.manifest(tag(registry))).rejects.toThrow(text);
  });

  it('refuses other bytes than the digest asked for, and tells of a changed encoding', async () => {
    const registry = await startFakeRegistry((exchange) =>
      reply(exchange, 200, { 'content-type': MEDIA_TYPE.ociManifest, 'content-encoding': 'gzip' }, MANIFEST),
    );
    const reference = { kind: 'digest', repository: registry.repository('app'), digest: CONFIG.digest } as const;
    const error = await failureOf(setup().client.manifest(reference));
    expect(error.message).toContain(CONFIG.digest);
    expect(error.message).toContain('content-encoding "gzip"');
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

  it('is computed when the registry does not tell the digest', async () => {
    const registry = await startFakeRegistry(
      (exchange) => exchange.method === 'HEAD' && reply(exchange, 200, { 'content-type': MEDIA_TYPE.ociManifest }),
    );
    const digest = put(registry, 'latest', MANIFEST);
    expect((await setup().client.headManifest(tag(registry)))?.digest).toBe(digest);
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

  it('names the platforms that there are', async () => {
    const registry = await startFakeRegistry();
    putIndex(registry, [
      { ...CONFIG, mediaType: MEDIA_TYPE.ociManifest, platform: { os: 'linux', architecture: 's390x' } },
    ]);
    await expect(setup().client.resolve(tag(registry), LINUX_ARM)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining('no image for linux/arm64, only for linux/s390x') as string,
    });
  });

  it('tells of a child that is missing', async () => {
    const registry = await startFakeRegistry();
    putIndex(registry, [{ ...CONFIG, mediaType: MEDIA_TYPE.ociManifest, platform: LINUX_ARM }]);
    expect((await failureOf(setup().client.resolve(tag(registry), LINUX_ARM))).message).toContain(CONFIG.digest);
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

  it('refuses a registry that stored something else', async () => {
    const registry = await startFakeRegistry((exchange) =>
      reply(exchange, 201, { 'docker-content-digest': CONFIG.digest }),
    );
    const error = await failureOf(setup().client.putManifest(registry.repository('app'), 'v1', manifest));
    expect(error.code).toBe('registry');
  });
});
