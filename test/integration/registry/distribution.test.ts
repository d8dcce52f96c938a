import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../packages/core/src/auth/index.ts';
import { type Descriptor, rawManifest, type RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { digestOf, type Repository } from '../../../packages/core/src/reference/index.ts';
import type { RegistryClient } from '../../../packages/core/src/registry/index.ts';
import type { RegistryAuth } from '../../bench/registry.ts';
import { clientFor, repositoryOf, startForTest } from './client.ts';

const ALICE: Credential = { kind: 'basic', username: 'alice', password: 's3cret' };
const WRONG: Credential = { ...ALICE, password: 'wrong' };

const BASIC: RegistryAuth = { kind: 'basic', users: { alice: 's3cret' } };
const TOKEN: RegistryAuth = {
  kind: 'token',
  users: {
    alice: { password: 's3cret' },
    reader: { password: 'r', grants: { '*': ['pull'] } },
  },
};

const LAYER = Buffer.from('a layer');
const CONFIG = Buffer.from('{}');

function descriptor(content: Buffer, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(content), size: content.byteLength };
}

const LAYER_DESCRIPTOR = descriptor(LAYER, MEDIA_TYPE.ociLayer);

function manifestOf(): RawManifest {
  const config = descriptor(CONFIG, MEDIA_TYPE.ociConfig);
  const json = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers: [LAYER_DESCRIPTOR] };
  return rawManifest(Buffer.from(JSON.stringify(json)), MEDIA_TYPE.ociManifest);
}

async function pushImage(client: RegistryClient, repository: Repository): Promise<RawManifest> {
  await client.uploadBlob(repository, descriptor(CONFIG, MEDIA_TYPE.ociConfig), () => Readable.from([CONFIG]));
  await client.uploadBlob(repository, LAYER_DESCRIPTOR, () => Readable.from([LAYER]));
  const manifest = manifestOf();
  await client.putManifest(repository, 'v1', manifest);
  return manifest;
}

const WAYS: readonly (readonly [string, RegistryAuth | undefined, Credential | undefined])[] = [
  ['without authentication', undefined, undefined],
  ['with basic authentication', BASIC, ALICE],
  ['with tokens', TOKEN, ALICE],
];

describe.each(WAYS)('a registry %s', (_, auth, credential) => {
  const start = () => startForTest(auth && { auth });

  it('takes an image and gives it back', async () => {
    const registry = await start();
    const client = clientFor(credential);
    const repository = repositoryOf(registry, 'team/app');
    const manifest = await pushImage(client, repository);
    expect((await client.manifest({ kind: 'tag', repository, tag: 'v1' }))?.digest).toBe(manifest.digest);
    expect(await text(await client.readBlob(repository, LAYER_DESCRIPTOR))).toBe('a layer');
  });

  it('mounts a layer from another repository without an upload', async () => {
    const registry = await start();
    const client = clientFor(credential);
    const [from, to] = [repositoryOf(registry, 'base'), repositoryOf(registry, 'app')];
    await pushImage(client, from);
    registry.forget();
    expect(await client.mountBlob(to, LAYER_DESCRIPTOR.digest, from)).toBe(true);
    expect(registry.requests().reduce((sum, { uploaded }) => sum + uploaded, 0)).toBe(0);
    expect(await client.hasBlob(to, LAYER_DESCRIPTOR.digest)).toBe(true);
  });

  it('does not mount what the other repository does not have', async () => {
    const registry = await start();
    const client = clientFor(credential);
    const [from, to] = [repositoryOf(registry, 'base'), repositoryOf(registry, 'app')];
    expect(await client.mountBlob(to, LAYER_DESCRIPTOR.digest, from)).toBe(false);
  });

  it('says yes to the right to push', async () => {
    const registry = await start();
    await clientFor(credential).checkPush(repositoryOf(registry, 'app'));
    expect(registry.requests().at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  it('has nothing under a name that nobody pushed', async () => {
    const registry = await start();
    const client = clientFor(credential);
    const repository = repositoryOf(registry, 'app');
    expect(await client.manifest({ kind: 'tag', repository, tag: 'v1' })).toBeUndefined();
    expect(await client.hasBlob(repository, LAYER_DESCRIPTOR.digest)).toBe(false);
  });

  it('sees as many requests and bytes as the client counts', async () => {
    const registry = await start();
    const client = clientFor(credential);
    await pushImage(client, repositoryOf(registry, 'app'));
    const seen = [...registry.requests(), ...registry.tokenRequests()];
    expect(client.traffic().requests).toBe(seen.length);
    expect(client.traffic().bytesUp).toBe(registry.requests().reduce((sum, { uploaded }) => sum + uploaded, 0));
  });
});

describe('what is denied', () => {
  it.each<[string, RegistryAuth, Credential | undefined]>([
    ['a stranger, by basic authentication', BASIC, undefined],
    ['a wrong password, by basic authentication', BASIC, WRONG],
    ['a stranger, by tokens', TOKEN, undefined],
    ['a wrong password, by tokens', TOKEN, WRONG],
    ['pushing with the right to read, by tokens', TOKEN, { kind: 'basic', username: 'reader', password: 'r' }],
  ])('is %s', async (_, auth, credential) => {
    const registry = await startForTest({ auth });
    const repository = repositoryOf(registry, 'app');
    await expect(clientFor(credential).checkPush(repository)).rejects.toMatchObject({
      code: 'denied',
      hint: expect.stringContaining(`docker login ${registry.host}`) as string,
    });
  });

  it('is no reading for who may only read', async () => {
    const registry = await startForTest({ auth: TOKEN });
    const repository = repositoryOf(registry, 'app');
    await pushImage(clientFor(ALICE), repository);
    const reader = clientFor({ kind: 'basic', username: 'reader', password: 'r' });
    expect(await reader.hasBlob(repository, LAYER_DESCRIPTOR.digest)).toBe(true);
  });
});

describe('copying between registries', () => {
  it('streams the blob', async () => {
    const [from, to] = [await startForTest(), await startForTest()];
    const client = clientFor();
    await pushImage(client, repositoryOf(from, 'base'));
    const [base, app] = [repositoryOf(from, 'base'), repositoryOf(to, 'app')];
    await client.uploadBlob(app, LAYER_DESCRIPTOR, () => client.readBlob(base, LAYER_DESCRIPTOR));
    expect(await client.hasBlob(app, LAYER_DESCRIPTOR.digest)).toBe(true);
  });
});

describe('a warm client', () => {
  it('needs one request per question, by tokens too', async () => {
    const registry = await startForTest({ auth: TOKEN });
    const client = clientFor(ALICE);
    const repository = repositoryOf(registry, 'app');
    await client.checkPush(repository);
    const before = client.traffic().requests;
    await client.hasBlob(repository, LAYER_DESCRIPTOR.digest);
    await client.manifest({ kind: 'tag', repository, tag: 'v1' });
    expect(client.traffic().requests - before).toBe(2);
  });
});
