import { describe, expect, it } from 'vitest';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { fileItem, writeTar } from '../../../packages/core/src/archive/index.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { digestOf, type Repository } from '../../../packages/core/src/reference/index.ts';
import { renderRebase } from '../../../packages/core/src/index.ts';
import { layerOf, pushBlob, type Shelf } from '../airgap/fixture.ts';
import { shelfOf } from '../airgap/setup.ts';
import { startForTest } from '../registry/client.ts';
import { type PushedLayer, pushApp, pushBase, pushLayer, rebase, UBUNTU } from './fixture.ts';

/** A layer with a bill of materials, as Paketo's run images have it. */
async function billLayer(shelf: Shelf, repository: Repository, ...packages: readonly string[]): Promise<PushedLayer> {
  const artifacts = packages.map((each) => ({ name: each.split('@')[0], version: each.split('@')[1] }));
  const items = [fileItem('cnb/sbom/01234567.syft.json', JSON.stringify({ artifacts }))];
  const content = await buffer(Readable.from(writeTar(items)));
  const blob = layerOf.gzip(content);
  const descriptor = await pushBlob(shelf, repository, { ...blob, mediaType: MEDIA_TYPE.dockerLayer });
  return { diffId: digestOf(content), descriptor };
}

async function setUp() {
  const registry = await startForTest();
  const shelf = shelfOf({ host: registry.backDoor });
  const run: Repository = { registry: registry.backDoor, path: 'run' };
  const app = (path: string): Repository => ({ registry: registry.backDoor, path });
  const pushRun = async (...packages: readonly string[]) => {
    const [system, bill] = [await pushLayer(shelf, run), await billLayer(shelf, run, ...packages)];
    return pushBase(shelf, run, {
      layers: [system, bill],
      labels: { ...UBUNTU, 'io.buildpacks.base.sbom': bill.diffId },
    });
  };
  return { registry, shelf, run, app, pushRun, image: `${registry.host}/run:1` };
}

const CHANGES = [
  { kind: 'removed', name: 'curl', before: '8' },
  { kind: 'changed', name: 'openssl', before: '3.0.1', after: '3.0.2' },
];

describe('the packages that a rebase changes', () => {
  it('are told once for each pair of run images, by one request for each', async () => {
    const { registry, shelf, app, pushRun, image } = await setUp();
    const old = await pushRun('openssl@3.0.1', 'curl@8');
    for (const path of ['team/a', 'team/b', 'team/c']) await pushApp(shelf, app(path), old, { image });
    const next = await pushRun('openssl@3.0.2');
    registry.forget();
    const report = await rebase(
      ['a', 'b', 'c'].map((name) => `${registry.host}/team/${name}:1`),
      { mode: 'check' },
    );
    expect(report.runImages).toMatchObject([
      { platform: 'linux/amd64', packages: { state: 'compared', changes: CHANGES } },
    ]);
    const bills = [old, next].flatMap(({ layers }) => layers.slice(1)).map(({ descriptor }) => descriptor.digest);
    const asked = registry.requests().filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'));
    expect(asked.filter(({ path }) => bills.some((digest) => path.endsWith(digest)))).toHaveLength(2);
    expect(renderRebase(report)).toContain('  ~ openssl  3.0.1 → 3.0.2');
  });

  it('are looked for in the old run image, where only a label tells them', async () => {
    const { registry, shelf, run, app, image } = await setUp();
    const push = (...packages: readonly object[]) =>
      pushBase(shelf, run, { labels: { ...UBUNTU, 'io.paketo.stack.packages': JSON.stringify(packages) } });
    const old = await push({ name: 'openssl', version: '3.0.1' }, { name: 'curl', version: '8' });
    await pushApp(shelf, app('team/a'), old, { image });
    await push({ name: 'openssl', version: '3.0.2' });
    const report = await rebase([`${registry.host}/team/a:1`]);
    expect(report.runImages).toMatchObject([{ packages: { state: 'compared', changes: CHANGES } }]);
  });

  it('cost nothing where run images do not tell', async () => {
    const { registry, shelf, run, app, image } = await setUp();
    await pushApp(shelf, app('team/a'), await pushBase(shelf, run), { image });
    await pushBase(shelf, run);
    registry.forget();
    const report = await rebase([`${registry.host}/team/a:1`], { mode: 'check' });
    expect(report.runImages).toMatchObject([{ packages: { state: 'none' } }]);
    expect(registry.requests()).toHaveLength(4);
  });

  it('are told by another image where the first is broken', async () => {
    const { registry, shelf, app, pushRun, image } = await setUp();
    const old = await pushRun('openssl@3.0.1', 'curl@8');
    for (const path of ['team/a', 'team/b']) await pushApp(shelf, app(path), old, { image });
    const [, bill] = old.layers;
    const url = `http://${registry.backDoor}/v2/team/a/blobs/${bill?.descriptor.digest ?? ''}`;
    expect(await fetch(url, { method: 'DELETE' })).toMatchObject({ status: 202 });
    await pushRun('openssl@3.0.2');
    const report = await rebase([`${registry.host}/team/a:1`, `${registry.host}/team/b:1`], { mode: 'check' });
    expect(report.runImages).toMatchObject([{ packages: { changes: CHANGES } }]);
  });
});
