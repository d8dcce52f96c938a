import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRegistryStore } from '../../../src/cache/store/registry.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { rawManifest } from '../../../src/image/manifest.ts';
import { type Digest, digestOf } from '../../../src/reference/index.ts';
import { type Fault, reply, startFakeRegistry } from '../../registry/fake-registry.ts';
import { setup } from '../../registry/setup.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { StoppedClock } from '../support/clock.ts';
import { registrySubject } from '../support/registry-subject.ts';
import { describeCacheStore } from '../support/store-contract.ts';

const SIGNAL = new AbortController().signal;
const KEY = 'a'.repeat(32);
const TAG = `buildpacks-ci-cache-${KEY}`;
const READER = { kind: 'basic', username: 'reader', password: 'r' } as const;

/** Somebody who sends this credential may not change anything. */
const refusesReaders: Fault = (exchange) => {
  if (exchange.url.pathname === '/v2/' && exchange.authorization === undefined) {
    return reply(exchange, 401, { 'www-authenticate': 'Basic realm="fake"' });
  }
  const isChange = exchange.method !== 'GET' && exchange.method !== 'HEAD';
  return isChange && exchange.authorization !== undefined && reply(exchange, 403);
};

describeCacheStore('a registry store', async () => {
  const registry = await startFakeRegistry(refusesReaders);
  return registrySubject({
    repository: registry.repository('team/cache'),
    client: () => setup().client,
    reader: () => setup({ credential: READER }).client,
    evict: (digest) => {
      registry.blobs.delete(digest);
      return Promise.resolve();
    },
  });
});

async function open(fault?: Fault) {
  const registry = await startFakeRegistry(fault);
  const repository = registry.repository('team/app');
  const { client, logged } = setup();
  const store = createRegistryStore(repository, { registry: client, clock: new StoppedClock() });
  const write = (text: string, packs: readonly Digest[] = [], key = KEY) =>
    store.writeIndex(key, { object: Buffer.from(text), packs }, SIGNAL);
  const newest = async () => {
    const found = await store.readIndex([KEY], 1000, SIGNAL);
    return found && Buffer.from(found.object).toString();
  };
  const addPack = async (text: string): Promise<Digest> => {
    const file = path.join(await temporaryDirectory(), 'pack');
    await writeFile(file, text);
    const digest = digestOf(Buffer.from(text));
    await store.writePack({ digest, size: text.length, file }, SIGNAL);
    return digest;
  };
  const readPack = async (digest: Digest, start: number, end: number) => {
    const parts: Uint8Array[] = [];
    for await (const part of (await store.readPack(digest, { start, end }, SIGNAL)) ?? []) parts.push(part);
    return Buffer.concat(parts).toString();
  };
  const manifest = (): unknown => {
    const stored = registry.manifests.get(`team/app:${TAG}`);
    return stored && JSON.parse(Buffer.from(stored.bytes).toString());
  };
  return { registry, repository, client, store, write, newest, addPack, readPack, manifest, logged };
}

describe('what a registry store puts into a repository', () => {
  it('is an artifact whose layers are the index and its packs', async () => {
    const { write, addPack, manifest } = await open();
    const pack = await addPack('pack');
    await write('index', [pack]);
    expect(manifest()).toMatchObject({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.ociManifest,
      artifactType: 'application/vnd.buildpacks-ci.cache.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      layers: [
        { mediaType: 'application/vnd.buildpacks-ci.cache.index.v1', digest: digestOf(Buffer.from('index')), size: 5 },
        { mediaType: 'application/vnd.buildpacks-ci.cache.pack.v1', digest: pack, size: 4 },
      ],
      annotations: { 'buildpacks-ci.cache.key': KEY },
    });
  });

  it('leaves other tags of the repository alone', async () => {
    const { registry, store, write } = await open();
    const image = { mediaType: MEDIA_TYPE.ociManifest, bytes: Buffer.from('{}') };
    for (const tag of ['latest', 'buildpacks-ci-cache-', 'buildpacks-ci-cache-A_b'])
      registry.manifests.set(`team/app:${tag}`, image);
    await write('index');
    expect((await store.list(SIGNAL)).map(({ key }) => key)).toEqual([KEY]);
  });

  it('does not grow: of older indexes only the last one stays', async () => {
    const { registry, write } = await open();
    for (const text of ['one', 'two', 'three', 'four']) await write(text);
    const digests = [...registry.manifests.keys()].filter((name) => name.includes('sha256:'));
    expect(digests).toHaveLength(2);
  });

  it('stays when the registry deletes nothing', async () => {
    const { registry, write, newest } = await open((exchange) => {
      return exchange.method === 'DELETE' && reply(exchange, 405);
    });
    for (const text of ['one', 'two', 'three']) await write(text);
    expect(await newest()).toBe('three');
    expect([...registry.manifests.keys()].filter((name) => name.includes('sha256:'))).toHaveLength(3);
  });

  it('names no pack that is gone', async () => {
    const { write, newest, manifest } = await open();
    await write('index', [digestOf(Buffer.from('gone'))]);
    expect(await newest()).toBe('index');
    expect(manifest()).toMatchObject({ layers: [{ size: 5 }] });
  });
});

describe('a key is removed where nothing can be deleted', () => {
  it.each([405, 403, 400])('and its tag names nothing then, after %s', async (status) => {
    const { store, write, newest, addPack, manifest } = await open((exchange) => {
      return exchange.method === 'DELETE' && reply(exchange, status);
    });
    await write('index', [await addPack('pack')]);
    await store.remove(KEY, SIGNAL);
    expect(await newest()).toBeUndefined();
    expect(await store.list(SIGNAL)).toEqual([]);
    expect(manifest()).toMatchObject({ layers: [{ size: 2 }] });
    await write('again');
    expect(await newest()).toBe('again');
  });
});

describe('what a tag names is not believed', () => {
  const manifestWith = (annotations: object, size = 5) =>
    rawManifest(
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: MEDIA_TYPE.ociManifest,
          config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 },
          layers: [
            {
              mediaType: 'application/vnd.buildpacks-ci.cache.index.v1',
              digest: digestOf(Buffer.from('index')),
              size,
            },
          ],
          annotations,
        }),
      ),
      MEDIA_TYPE.ociManifest,
    );

  it.each([
    ['of another key', { 'buildpacks-ci.cache.key': 'b'.repeat(32) }],
    ['of nobody', {}],
  ])('when it is %s', async (_, annotations) => {
    const { client, repository, registry, newest } = await open();
    registry.addBlob('index');
    await client.putManifest(repository, TAG, manifestWith(annotations));
    expect(await newest()).toBeUndefined();
  });

  it('when it says that the index is larger than it may be', async () => {
    const { client, repository, newest, registry } = await open();
    await client.putManifest(repository, TAG, manifestWith({ 'buildpacks-ci.cache.key': KEY }, 1e9));
    await expect(newest()).rejects.toThrow('has 1000000000 bytes');
    expect(registry.lines().filter((line) => line.includes('/blobs/'))).toEqual([]);
  });
});

describe('requests', () => {
  it('are two for an index that is there', async () => {
    const { registry, write, newest } = await open();
    await write('index');
    const before = registry.exchanges.length;
    await newest();
    expect(registry.exchanges.length - before).toBe(2);
  });

  it('send no pack that is there already', async () => {
    const { registry, addPack } = await open();
    await addPack('pack');
    const before = registry.lines().length;
    await addPack('pack');
    expect(registry.lines().slice(before)).toEqual([expect.stringMatching(/^HEAD /)]);
  });
});

describe('a registry that ignores ranges', () => {
  it('gives the right bytes all the same', async () => {
    const { addPack, readPack } = await open(({ request }) => {
      delete request.headers.range;
      return false;
    });
    const pack = await addPack('0123456789');
    expect(await readPack(pack, 3, 6)).toBe('345');
    expect(await readPack(pack, 10, 12)).toBe('');
  });
});

describe('the key of an index', () => {
  it.each(['', '.', '../x', 'a/b', '-a', 'a:b', 'A'.repeat(3), 'a'.repeat(101)])('is not %j', async (key) => {
    const { write, registry } = await open();
    await expect(write('x', [], key)).rejects.toThrow('is no key');
    expect(registry.manifests.size).toBe(0);
  });
});
