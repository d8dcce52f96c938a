import { describe, expect, it } from 'vitest';
import type { Registry } from '../../bench/registry.ts';
import { startForTest } from '../registry/client.ts';
import { shelfOf } from '../airgap/setup.ts';
import { pushApp, pushBase, rebase } from './fixture.ts';

const APPS = 12;

/** How often a registry was asked for what. */
function kinds(registry: Registry): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, path } of registry.requests()) {
    const kind = path.includes('?mount=') ? 'mount' : /(blobs|manifests|tags|referrers)\//.exec(`${path}/`)?.[1];
    const name = `${method} ${kind ?? path}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Apps in repositories of their own, and a newer run image on the same or on another registry. */
async function outdatedApps(apps: Registry, runs: Registry) {
  const [appShelf, runShelf] = [shelfOf({ host: apps.backDoor }), shelfOf({ host: runs.backDoor })];
  const runRepository = { registry: runs.backDoor, path: 'run' };
  // Apps are put there by a way that is not counted, and record the name that is.
  const base = await pushBase(runShelf, runRepository);
  const image = `${runs.host}/run:1`;
  const names = Array.from({ length: APPS }, (_, index) => `team/app-${index}`);
  for (const path of names) await pushApp(appShelf, { registry: apps.backDoor, path }, base, { image });
  const next = await pushBase(runShelf, runRepository);
  for (const registry of [apps, runs]) registry.forget();
  return { next, images: names.map((name) => `${apps.host}/${name}:1`) };
}

describe('many images', () => {
  it('on the registry of their run image: layers are mounted, and requests counted', async () => {
    const registry = await startForTest();
    const { next, images } = await outdatedApps(registry, registry);
    const report = await rebase(images);
    expect(report.images.map(({ state }) => state)).toEqual(images.map(() => 'rebased'));
    expect(kinds(registry)).toEqual({
      // Manifest and configuration of each image, and of the run image.
      'GET manifests': APPS + 1,
      'GET blobs': APPS + 1,
      'POST mount': APPS * next.layers.length,
      'POST blobs': APPS,
      'PUT blobs': APPS,
      // By digest and by tag: a look after the one and before the other.
      'PUT manifests': APPS * 2,
      'HEAD manifests': APPS * 2,
      'GET tags': APPS,
      // This registry has no such API, which one answer tells.
      'GET referrers': 1,
    });
    expect(report.traffic.requests).toBe(registry.requests().length);
    const downloaded = registry.requests().reduce((sum, request) => sum + request.downloaded, 0);
    expect(downloaded).toBeLessThan(APPS * 4000);
  });

  it('on another registry than their run image: each layer is copied once, and mounted from there', async () => {
    const [apps, runs] = [await startForTest(), await startForTest()];
    const { next, images } = await outdatedApps(apps, runs);
    await rebase(images, { runImages: [`${runs.host}/run`] });
    const layers = next.layers.length;
    const size = next.layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    const { downloaded } = runs
      .requests()
      .filter(({ path }) => next.layers.some(({ descriptor }) => path.endsWith(descriptor.digest)))
      .reduce((sum, request) => ({ downloaded: sum.downloaded + request.downloaded }), { downloaded: 0 });
    expect(downloaded).toBe(size);
    expect(kinds(runs)).toEqual({ 'GET manifests': 1, 'GET blobs': 1 + layers });
    expect(kinds(apps)).toMatchObject({
      'POST mount': (APPS - 1) * layers,
      'HEAD blobs': layers,
      'POST blobs': APPS + layers,
      'PUT blobs': APPS + layers,
    });
  });

  it('that are up to date cost two requests each', async () => {
    const registry = await startForTest();
    const { images } = await outdatedApps(registry, registry);
    await rebase(images);
    registry.forget();
    const { images: again } = await rebase(images);
    expect(again.map(({ state }) => state)).toEqual(images.map(() => 'current'));
    expect(kinds(registry)).toEqual({ 'GET manifests': APPS + 1, 'GET blobs': APPS + 1 });
  });
});

describe('a registry that mounts nothing', () => {
  it('gets the layers through us', async () => {
    const registry = await startForTest({
      intercept: ({ path }) => (path.includes('?mount=') ? { status: 405, body: '' } : undefined),
    });
    const { next, images } = await outdatedApps(registry, registry);
    const [image] = images;
    const { images: reports } = await rebase([String(image)]);
    const bytes = next.layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
    expect(reports).toMatchObject([
      { moved: { copied: { layers: next.layers.length, bytes }, mounted: { layers: 0 } } },
    ]);
  });
});
