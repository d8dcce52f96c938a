import { createServer } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RebaseReport } from '../../../packages/core/src/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { corePorts } from '../../e2e/support/ports.ts';
import { pushManifest, type Shelf } from '../airgap/fixture.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { shelfOf } from '../airgap/setup.ts';
import { buildpacksCi } from '../cli/command-line.ts';
import { startForTest } from '../registry/client.ts';
import { pushApp, pushBase, type PushedBase, rebase } from './fixture.ts';

const LABEL = 'io.buildpacks.lifecycle.metadata';

/** Images that others push, on a registry of which our credentials may read all. */
async function tenants() {
  const registry = await startForTest();
  const { host } = registry;
  const shelf = shelfOf({ host });
  const at = (name: string) => ({ registry: host, path: name });
  const base = await pushBase(shelf, at('run'));
  const secret = await pushBase(shelf, at('private/secret'));
  await pushApp(shelf, at('tenant/shop'), base);
  await pushBase(shelf, at('run'));
  const has = (name: string, { layers }: PushedBase) =>
    Promise.all(layers.map(({ descriptor }) => shelf.client.hasBlob(at(name), descriptor.digest)));
  return { registry, host, shelf, at, base, secret, has };
}

function rules({ images }: RebaseReport): readonly (readonly [string, ...string[]])[] {
  return images.map((image) => [
    image.state,
    ...(image.state === 'refused' ? image.violations.map(({ rule }) => rule) : []),
  ]);
}

describe('a run image that only a label names', () => {
  it.each([false, true])('is not even asked for below a prefix, with force: %s', async (force) => {
    const { registry, host, shelf, at, base, secret, has } = await tenants();
    await pushApp(shelf, at('tenant/evil'), base, { image: `${host}/private/secret:1` });
    registry.forget();
    const report = await rebase([], { prefixes: [`${host}/tenant`], runImages: [`${host}/run`], force });
    expect(rules(report)).toEqual([['refused', 'run-images'], ['rebased']]);
    expect(await has('tenant/evil', secret)).toEqual([false, false]);
    expect(registry.requests().filter(({ path: asked }) => /\/v2\/private|from=private/.test(asked))).toEqual([]);
  });

  it('must be allowed by something below a prefix, before any image is read', async () => {
    const { registry, host } = await tenants();
    registry.forget();
    const policies = [await policyFile('[run-images]\nmax-age = "30d"')];
    await expect(rebase([], { prefixes: [`${host}/tenant`], policies })).rejects.toThrow(/^run-images: with "all"/);
    expect(registry.requests()).toEqual([]);
  });

  it('may be used below a prefix when the user names it, or a policy', async () => {
    const { host } = await tenants();
    const prefixes = [`${host}/tenant`];
    const policy = await policyFile(`[run-images]\nallow = ["${host}/run"]`);
    expect(rules(await rebase([], { prefixes, policies: [policy], mode: 'dry-run' }))).toEqual([['outdated']]);
    expect(rules(await rebase([], { prefixes, inputs: { 'run-image': `${host}/run:1` } }))).toEqual([['rebased']]);
  });

  it('must be allowed for images that the user names as well, once anything is', async () => {
    const { host } = await tenants();
    const runImages = [`${host}/other`];
    expect(rules(await rebase([`${host}/tenant/shop:1`], { runImages }))).toEqual([['refused', 'run-images']]);
  });

  it('is left aside for a mirror that is allowed', async () => {
    const { host, shelf, at, base } = await tenants();
    const [image, mirrors] = [`${host}/private/secret:1`, [`${host}/run:1`]];
    await pushApp(shelf, at('tenant/other'), base, { image, mirrors });
    const { images } = await rebase([`${host}/tenant/other:1`], { runImages: [`${host}/run:*`] });
    expect(images).toMatchObject([{ state: 'rebased', platforms: [{ runImage: { name: `${host}/run:1` } }] }]);
  });

  it('does not lead to a service of this machine', async () => {
    const { host, shelf, at, base } = await tenants();
    const other = await startForTest();
    await pushApp(shelf, at('tenant/evil'), base, { image: `${other.host}/run:1` });
    expect(rules(await rebase([`${host}/tenant/evil:1`]))).toEqual([['refused', 'run-images']]);
    expect(other.requests()).toEqual([]);
  });

  it('is waited for once where its registry does not answer', async () => {
    const { host, shelf, at, base } = await tenants();
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const silent = `127.0.0.1:${String((server.address() as { port: number }).port)}`;
    const tried = async (mirrors: readonly string[]) => {
      await pushApp(shelf, at('tenant/evil'), base, { image: `${silent}/a`, mirrors });
      connections = 0;
      const { images } = await rebase([`${host}/tenant/evil:1`], { runImages: [`${silent}/*`] });
      expect(images).toMatchObject([{ state: 'failed', code: 'temporary' }]);
      return connections;
    };
    const connectionsOfOne = await tried([]);
    expect(connectionsOfOne).toBeGreaterThan(0);
    expect(await tried([`${silent}/b`, `${silent}/c`])).toBe(connectionsOfOne);
  });

  it('has no more than sixteen names', async () => {
    const { registry, host, shelf, at, base } = await tenants();
    const mirrors = Array.from({ length: 3000 }, (_, index) => `${host}/no/run-${index}`);
    await pushApp(shelf, at('tenant/evil'), base, { image: `${host}/no/run`, mirrors });
    registry.forget();
    const { images } = await rebase([`${host}/tenant/evil:1`]);
    const message = expect.stringMatching(/^none of the run images .{0,250}$/) as string;
    expect(images).toMatchObject([{ state: 'refused', violations: [{ rule: 'run-image', message }] }]);
    expect(registry.requests().filter(({ path: asked }) => asked.startsWith('/v2/no/'))).toHaveLength(16);
  });
});

async function policyFile(rulesOfIt: string): Promise<string> {
  const file = path.join(await temporaryDirectory(), 'policy.toml');
  await writeFile(file, `version = 1\nhelp = "Ask the platform team."\n${rulesOfIt}\n`);
  return file;
}

describe('a policy', () => {
  it.each<[string, (host: string) => string, RegExp]>([
    ['of run images', () => '[run-images]\nallow = ["platform.example/**"]', /run-images\.allow: the run image/],
    ['of their age', () => '[run-images]\nmax-age = "30d"', /run-images\.max-age: when the run image/],
    ['of targets', () => '[targets]\nallow = ["platform.example/**"]', /targets\.allow: the target/],
    ['of registries', () => '[registries]\nallow = ["platform.example"]', /registries\.allow: /],
  ])('%s holds for a rebase, with the machine’s own file', async (_, rulesFor, message) => {
    const { host, shelf, at } = await tenants();
    const policy = await policyFile(rulesFor(host));
    const { machine } = corePorts();
    const ports = corePorts({ machine: { ...machine, policyFile: policy } });
    const digest = async () =>
      (await shelf.client.headManifest({ kind: 'tag', repository: at('tenant/shop'), tag: '1' }))?.digest;
    const before = await digest();
    const { images } = await rebase([`${host}/tenant/shop:1`], { force: true }, ports);
    expect(images).toMatchObject([
      { state: 'refused', violations: [{ rule: 'policy', message: expect.stringMatching(message) as string }] },
    ]);
    expect(await digest()).toBe(before);
    const named = await rebase([`${host}/tenant/shop:1`], { inputs: { 'run-image': `${host}/run:1` } }, ports);
    expect(new Set(rules(named).flat())).toEqual(new Set(['refused', 'policy']));
  });

  it('that is given by a flag ends the command with 112', async () => {
    const { host } = await tenants();
    const directory = await temporaryDirectory();
    const policy = await policyFile('[targets]\ndeny = ["**:1"]\nmessage = "Tag 1 is frozen."');
    const { status, stdout } = await buildpacksCi(['rebase', `${host}/tenant/shop:1`, `--policy=${policy}`], {
      directory,
    });
    expect({ status, stdout }).toEqual({ status: 112, stdout: expect.stringContaining('Tag 1 is frozen.') as string });
  });
});

/** An app image with this label, and one beside it that is as it should be. */
async function beside(label: string): Promise<RebaseReport> {
  const { host, shelf, at, base } = await tenants();
  await pushApp(shelf, at('tenant/evil'), base, { labels: { [LABEL]: label } });
  return rebase([`${host}/tenant/evil:1`, `${host}/tenant/shop:1`]);
}

describe('one image', () => {
  it.each([
    ['nested without end', `{"app":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['with a number that is none', '{"app":1e999}'],
    ['with a field twice', '{"runImage":{"topLayer":"a"},"runImage":{"topLayer":"b"}}'],
  ])('%s leaves the others alone', async (_, label) => {
    expect(rules(await beside(label))).toEqual([['refused', 'readable'], ['rebased']]);
  });
});

async function pushIndex(shelf: Shelf, digests: readonly string[]): Promise<void> {
  const manifests = digests.map((digest) => ({ mediaType: MEDIA_TYPE.dockerManifest, digest, size: 2 }));
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  await pushManifest(shelf, { registry: shelf.host, path: 'tenant/evil' }, index, '1');
}

describe('an index', () => {
  it('that names one image many times is read once', async () => {
    const { registry, host, shelf, at, base } = await tenants();
    const app = await pushApp(shelf, at('tenant/evil'), base, { tags: [] });
    await pushIndex(
      shelf,
      Array.from({ length: 3000 }, () => app.digest),
    );
    registry.forget();
    await rebase([`${host}/tenant/evil:1`], { mode: 'check' });
    expect(registry.requests().length).toBeLessThan(10);
  });
});

describe('the age of the run image', () => {
  it('is not what the app image says it is', async () => {
    const { host, shelf, at, base } = await tenants();
    for (const { descriptor } of base.layers) {
      await shelf.client.mountBlob(at('tenant/young'), descriptor.digest, at('run'));
    }
    const young = await pushBase(shelf, at('tenant/young'), { layers: base.layers, created: new Date().toISOString() });
    const app = { image: `${host}/run:1` };
    await pushApp(shelf, at('tenant/evil'), { ...base, raw: young.raw, name: young.name }, app);
    expect(rules(await rebase([`${host}/tenant/evil:1`], { olderThan: '30' }))).toEqual([['rebased']]);
  });
});
