import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../packages/core/src/auth/index.ts';
import { createRegistryStore } from '../../../packages/core/src/cache/store/registry.ts';
import { builds } from '../../../packages/core/test/cache/support/build.ts';
import { StoppedClock } from '../../../packages/core/test/cache/support/clock.ts';
import { registrySubject } from '../../../packages/core/test/cache/support/registry-subject.ts';
import { seededBytes } from '../../../packages/core/test/cache/support/seeded.ts';
import { describeCacheStore } from '../../../packages/core/test/cache/support/store-contract.ts';
import { tree } from '../../../packages/core/test/cache/support/volume-cache.ts';
import { parentOf } from '../../../packages/core/src/cache/index.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import type { RegistryAuth } from '../../bench/registry.ts';
import { clientFor, repositoryOf, startForTest } from '../registry/client.ts';

const ALICE: Credential = { kind: 'basic', username: 'alice', password: 's3cret' };
const READER: Credential = { kind: 'basic', username: 'reader', password: 'r' };
const AUTH: RegistryAuth = {
  kind: 'token',
  users: {
    alice: { password: 's3cret', grants: { '*': ['pull', 'push', 'delete'] } },
    reader: { password: 'r', grants: { '*': ['pull'] } },
  },
};

describeCacheStore("a registry store in distribution's own registry", async () => {
  const registry = await startForTest({ auth: AUTH });
  const repository = repositoryOf(registry, 'team/cache');
  return registrySubject({
    repository,
    client: () => clientFor(ALICE),
    reader: () => clientFor(READER),
    evict: async (digest) => {
      const token = await tokenFor(registry.url, 'repository:team/cache:delete');
      const response = await fetch(`${registry.url}/v2/team/cache/blobs/${digest}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.status).toBe(202);
    },
  });
});

async function tokenFor(url: string, scope: string): Promise<string> {
  const challenge = (await fetch(`${url}/v2/`)).headers.get('www-authenticate') ?? '';
  const [, realm = '', service = ''] = /realm="([^"]*)",service="([^"]*)"/.exec(challenge) ?? [];
  const query = new URLSearchParams({ service, scope });
  const authorization = `Basic ${Buffer.from('alice:s3cret').toString('base64')}`;
  const { token } = (await (await fetch(`${realm}?${query.toString()}`, { headers: { authorization } })).json()) as {
    token: string;
  };
  return token;
}

describe('a cache in a real registry', () => {
  it('moves what changed and no more, in few requests', async () => {
    const registry = await startForTest();
    const client = clientFor();
    const repository = repositoryOf(registry, 'team/app');
    const store = createRegistryStore(repository, { registry: client, clock: new StoppedClock() });
    const { saveTrees, restore } = await builds(store);
    const large = seededBytes(1, 20_000_000);
    const first = await saveTrees([tree('a/layer', large)]);
    expect(first.outcome.kind).toBe('saved');

    registry.forget();
    const restored = await restore();
    expect(restored.outcome.kind).toBe('restored');
    const isRange = (path: string) => path.includes('/blobs/');
    expect(registry.requests().filter(({ path }) => !isRange(path))).toHaveLength(1);
    expect(registry.requests().length).toBeLessThanOrEqual(16);

    registry.forget();
    const parent = parentOf(restored.outcome);
    await saveTrees([tree('a/layer', large)], parent);
    expect(registry.requests()).toEqual([]);

    await saveTrees([tree('a/layer', large), tree('b/layer', 'small')], parent);
    const up = registry.requests().reduce((sum, { uploaded }) => sum + uploaded, 0);
    expect(up).toBeLessThan(large.length / 50);
    expect(registry.requests().length).toBeLessThanOrEqual(10);
  });

  it('shares its repository with images', async () => {
    const registry = await startForTest();
    const client = clientFor();
    const repository = repositoryOf(registry, 'team/app');
    const content = Buffer.from('{}');
    const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(content), size: 2 };
    await client.uploadBlob(repository, config, () => Readable.from([content]));
    const image = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [] };
    const bytes = Buffer.from(JSON.stringify(image));
    await client.putManifest(repository, 'latest', { bytes, mediaType: image.mediaType, digest: digestOf(bytes) });
    const store = createRegistryStore(repository, { registry: client, clock: new StoppedClock() });
    const { saveTrees } = await builds(store);
    await saveTrees([tree('a/layer', 'text')]);
    const { signal } = new AbortController();
    const entries = await store.list(signal);
    expect(entries).toHaveLength(1);
    await store.remove(entries[0]?.key ?? '', signal);
    expect(await client.tags(repository, signal)).toEqual(['latest']);
  });
});
