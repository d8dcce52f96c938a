import { describe, expect, it } from 'vitest';
import { summarizeFleet } from '../../src/fleet/summary.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import type { Digest } from '../../src/reference/index.ts';
import { type FleetRegistry, startFleetRegistry } from './fleet-registry.ts';
import { only, survey } from './survey.ts';

const LOG4J = { name: 'log4j-core', version: '2.14.1', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' };

describe('the base of an image', () => {
  it.each([
    ['current', 'same', 'same', 'current'],
    ['outdated', 'old', 'new', 'outdated'],
  ])('is %s', async (_, own, latest, state) => {
    const world = await startFleetRegistry();
    world.addBase('run/base:1', { layer: latest });
    await world.addApp('team/app:1', { base: { layer: own, name: world.name('run/base:1') } });
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({ base: { state } });
  });

  it('has an age, and tells how far behind it is', async () => {
    const world = await startFleetRegistry();
    const digest = world.addBase('run/base:1', { layer: 'old', created: '2026-01-01T00:00:00Z' });
    world.addBase('run/base:1', { layer: 'new', created: '2026-02-01T00:00:00Z' });
    await world.addApp('team/app:1', { base: { layer: 'old', name: world.name('run/base:1'), digest } });
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({
      base: { state: 'outdated', created: '2026-01-01T00:00:00.000Z', latest: { created: '2026-02-01T00:00:00.000Z' } },
    });
  });

  it('is looked for at its mirrors', async () => {
    const world = await startFleetRegistry();
    world.addBase('run/mirror:1', { layer: 'base' });
    const base = { layer: 'base', name: world.name('run/gone:1'), mirrors: [world.name('run/mirror:1')] };
    await world.addApp('team/app:1', { base });
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({
      base: { state: 'current', latest: { name: world.name('run/mirror:1') } },
    });
  });

  it.each([
    ['no name is recorded', undefined, 'does not record'],
    ['it is gone', 'run/gone:1', 'does not exist'],
    ['its name is none', 'Not A Name', 'does not exist'],
  ])('is unknown where %s', async (_, path, reason) => {
    const world = await startFleetRegistry();
    const name = path?.startsWith('run/') === true ? world.name(path) : path;
    await world.addApp('team/app:1', { base: { layer: 'base', ...(name !== undefined && { name }) } });
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({
      kind: 'app',
      base: { state: 'unknown', reason: expect.stringContaining(reason) as string },
    });
  });

  it('is not asked for on this machine because a label says so', async () => {
    const [world, service] = [await startFleetRegistry(), await startFleetRegistry()];
    const digest = service.addBase('run/base:1', { layer: 'base' });
    await world.addApp('team/app:1', { base: { layer: 'base', name: service.name('run/base:1'), digest } });
    const entry = only(await survey({ prefixes: [world.name('team')] }));
    expect(entry).toMatchObject({ base: { reason: expect.stringContaining('only the image') as string } });
    expect(service.registry.lines()).toEqual([]);
  });

  it('is not asked for where a closed network has other registries only', async () => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base', name: 'run.invalid/base:1' } });
    const report = await survey({ prefixes: [world.name('team')] }, { offline: 'true' });
    expect(only(report)).toMatchObject({
      base: { state: 'unknown', reason: expect.stringContaining('run.invalid') as string },
    });
  });
});

describe('the entries of a survey', () => {
  it('tell what an image is made of', async () => {
    const world = await startFleetRegistry();
    const labels = {
      'io.buildpacks.base.distro.name': 'ubuntu',
      'io.buildpacks.base.distro.version': '24.04',
      team: 'web',
    };
    const digest = await world.addApp('team/app:1', { base: { layer: 'base', name: 'run.invalid/base:1' }, labels });
    const report = await survey({ prefixes: [world.name('team')], labels: ['team', 'other'] }, { offline: 'true' });
    expect(only(report)).toMatchObject({
      kind: 'app',
      repository: world.name('team/app'),
      tags: ['1'],
      digest,
      platform: { os: 'linux', architecture: 'amd64' },
      runImage: 'run.invalid/base:1',
      distribution: 'ubuntu 24.04',
      buildpacks: [{ id: 'samples/java', version: '1.0.0' }],
      lifecycle: '0.21.14',
      labels: { team: 'web' },
    });
  });

  it('are one for tags with the same content', async () => {
    const world = await startFleetRegistry();
    const other = world.addOther('team/app:1');
    world.addOther('team/app:2');
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({
      kind: 'other',
      digest: other,
      tags: ['1', '2'],
    });
  });

  it('are one for each platform of an index, without attestations', async () => {
    const world = await startFleetRegistry();
    const base = { layer: 'base' };
    const amd64 = await world.addApp('parts/app:amd64', { base });
    const arm64 = await world.addApp('parts/app:arm64', { base, architecture: 'arm64' });
    const both = [amd64, arm64].map((digest, index) => ({ digest, architecture: index === 0 ? 'amd64' : 'arm64' }));
    world.addIndex('parts/app:1', [...both, { digest: world.addOther('parts/app:x'), architecture: 'unknown' }]);
    const list = { text: world.name('parts/app:1'), file: 'list' };
    const { images } = await survey({ lists: [list] });
    const { images: chosen } = await survey({ lists: [list] }, { platform: 'linux/arm64' });
    expect([images.map(({ digest }) => digest).sort(), chosen.map(({ digest }) => digest)]).toEqual([
      [amd64, arm64].sort(),
      [arm64],
    ]);
  });

  it('tell who runs an image, by the digest that runs', async () => {
    const world = await startFleetRegistry();
    const digest = world.addOther('team/app:1');
    const pod = (name: string) => ({
      metadata: { name, namespace: 'shop' },
      spec: { containers: [{ name: 'main', image: world.name('team/app:1') }] },
      status: { containerStatuses: [{ name: 'main', imageID: `${world.name('team/app')}@${digest}` }] },
    });
    await world.addApp('team/app:1', { base: { layer: 'moved since' } });
    const report = await survey({ pods: JSON.stringify({ items: [pod('a'), pod('b')] }) });
    expect(only(report)).toMatchObject({
      kind: 'other',
      digest,
      workloads: [
        { namespace: 'shop', name: 'Pod/a' },
        { namespace: 'shop', name: 'Pod/b' },
      ],
    });
  });

  it('tell what could not be read, and the others all the same', async () => {
    const world = await startFleetRegistry();
    world.addOther('team/app:1');
    const text = [world.name('team/app:1'), world.name('team/gone:1')].join('\n');
    const { images } = await survey({ lists: [{ text, file: 'list' }] });
    expect(images.map(({ kind }) => kind)).toEqual(['other', 'failed']);
  });

  it('tell of an image whose labels are damaged that it could not be read', async () => {
    const world = await startFleetRegistry();
    const labels = { 'io.buildpacks.build.metadata': '{' };
    await world.addApp('team/app:1', { base: { layer: 'base' }, labels });
    expect(only(await survey({ prefixes: [world.name('team')] }))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('io.buildpacks.build.metadata') as string,
    });
  });
});

describe('a search for components', () => {
  it.each([
    ['log4j-core@<2.17', [LOG4J.name]],
    ['log4j-core@<2.14', []],
  ])('for %s finds %j', async (query, expected) => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base' }, components: [LOG4J, { name: 'other' }] });
    const image = only(await survey({ prefixes: [world.name('team')], components: [query] }));
    const search = image.kind === 'app' ? image.components : undefined;
    expect(search?.state === 'searched' && search.found.map(({ name }) => name)).toEqual(expected);
  });

  it('counts images without bills of materials as not searched', async () => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base' } });
    const report = await survey({ prefixes: [world.name('team')], components: ['log4j-core'] });
    expect(summarizeFleet(report)).toMatchObject({ images: 1, affected: 0, unsearched: 1 });
  });
});

describe('the requests of a survey', () => {
  it('are a manifest and a configuration for each image, and each base once', async () => {
    const world = await startFleetRegistry();
    const digest = world.addBase('run/base:1', { layer: 'base' });
    const base = { layer: 'base', name: world.name('run/base:1'), digest };
    const paths = Array.from({ length: 20 }, (_, index) => `team/app-${index}:1`);
    for (const path of paths) await world.addApp(path, { base, components: [LOG4J] });
    const text = paths.map((path) => world.name(path)).join('\n');
    const { images } = await survey({ lists: [{ text, file: 'list' }] });
    expect({ images: images.length, requests: world.registry.lines().length }).toEqual({ images: 20, requests: 44 });
  });

  it('are one more for each bill of materials that is not the same, and none for other layers', async () => {
    const world = await startFleetRegistry();
    const base = { layer: 'base' };
    for (const path of ['team/a:1', 'team/a:2']) await world.addApp(path, { base, components: [LOG4J] });
    await world.addApp('team/c:1', { base, components: [{ name: 'other' }] });
    const text = ['a:1', 'a:2', 'c:1'].map((name) => world.name(`team/${name}`)).join('\n');
    await survey({ lists: [{ text, file: 'list' }], components: ['log4j-core'] });
    const blobs = world.registry.lines().filter((line) => line.startsWith('GET') && line.includes('/blobs/'));
    expect(blobs).toHaveLength(5);
  });
});

it('a manifest that lies about a bill of materials does not hide what another image has', async () => {
  const world = await startFleetRegistry();
  const app = { base: { layer: 'base' }, components: [LOG4J] };
  await world.addApp('team/app:bad', { ...app, sbomSize: 7 });
  await world.addApp('team/app:good', app);
  const { images } = await survey({ prefixes: [world.name('team')], components: ['log4j-core'] });
  expect(images).toMatchObject([
    { kind: 'failed', tags: ['bad'] },
    { kind: 'app', tags: ['good'], components: { found: [{ name: 'log4j-core' }] } },
  ]);
});

describe('an index', () => {
  it.each([
    ['only of attestations', { architecture: 'unknown' }, { kind: 'other', reason: 'an index without images' }],
    [
      'with another index in it',
      { architecture: 'amd64', mediaType: MEDIA_TYPE.ociIndex },
      { kind: 'failed', reason: expect.stringContaining('holds another index') as string },
    ],
  ])('%s is told too', async (_, child, entry) => {
    const world = await startFleetRegistry();
    const digest = await world.addApp('team/app:one', { base: { layer: 'base' } });
    world.addIndex('team/app:all', [{ digest, ...child }]);
    expect(only(await survey({ prefixes: [world.name('team')], tags: ['all'] }))).toMatchObject(entry);
  });

  it('that names one image a thousand times costs as much as with one name', async () => {
    const world = await startFleetRegistry();
    const digest = await world.addApp('team/app:one', { base: { layer: 'base' } });
    world.addIndex('team/app:all', Array(1000).fill({ digest, architecture: 'amd64' }));
    await survey({ lists: [{ text: world.name('team/app:all'), file: 'list' }] });
    expect(world.registry.lines().length).toBeLessThan(10);
  });
});

describe('what is asked for', () => {
  it('is told with all that is wrong', async () => {
    const inputs = { prefixes: ['r.example/app:1'], components: ['a b'], parallel: '0' };
    await expect(survey(inputs)).rejects.toThrow(/"r\.example\/app:1"[^]*"0"[^]*"a b"/);
  });

  it.each([
    ['nothing', {}, 'none are named'],
    ['an empty list', { lists: [{ text: '', file: 'list' }] }, 'names no image'],
    ['a cluster where nothing runs', { pods: '{"items":[]}' }, 'no container that runs'],
  ])('is refused when it is %s', async (_, inputs, message) => {
    await expect(survey(inputs)).rejects.toThrow(message);
  });

  it.each([
    ['mistyped', 'tem', []],
    ['without such a tag', 'team', ['2']],
  ])('is refused when it is a place that is %s', async (_, place, tags) => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base' } });
    const message = `there is no image at "${world.name(place)}"`;
    await expect(survey({ prefixes: [world.name(place)], tags })).rejects.toThrow(message);
  });

  it('may be mistyped in one place: others are told all the same', async () => {
    const world = await startFleetRegistry();
    await world.addApp('team/app:1', { base: { layer: 'base' } });
    const { images } = await survey({ prefixes: [world.name('tem'), world.name('team')] });
    expect(images).toMatchObject([
      { kind: 'app', tags: ['1'] },
      { kind: 'failed', repository: world.name('tem'), reason: expect.stringContaining('no image at') as string },
    ]);
  });
});

describe('an image that runs', () => {
  async function surveyPod(world: FleetRegistry, digest: Digest, list?: string) {
    const pod = {
      kind: 'Pod',
      metadata: { name: 'shop', namespace: 'a' },
      spec: { containers: [{ name: 'c', image: world.name('team/app:1') }] },
      status: { containerStatuses: [{ name: 'c', imageID: `${world.name('team/app')}@${digest}` }] },
    };
    const lists = list === undefined ? [] : [{ text: list, file: 'list' }];
    return only(await survey({ pods: JSON.stringify(pod), lists }));
  }

  it('is told with who runs it where a list names it as well', async () => {
    const world = await startFleetRegistry();
    const digest = await world.addApp('team/app:1', { base: { layer: 'base' } });
    const name = `${world.name('team/app:1')}@${digest}`;
    expect(await surveyPod(world, digest, name)).toMatchObject({ workloads: [{ namespace: 'a', name: 'Pod/shop' }] });
  });

  it('has its tag as long as that leads to it', async () => {
    const world = await startFleetRegistry();
    const digest = await world.addApp('team/app:1', { base: { layer: 'base' } });
    expect(await surveyPod(world, digest)).toMatchObject({ tags: ['1'], digest });
  });

  it('is told by its digest when the tag leads to a newer one', async () => {
    const world = await startFleetRegistry();
    const digest = await world.addApp('team/app:1', { base: { layer: 'old' } });
    await world.addApp('team/app:1', { base: { layer: 'new' } });
    expect(await surveyPod(world, digest)).toMatchObject({ tags: [], movedTag: '1', digest });
  });
});

describe('tags that keep old images for a rebase', () => {
  async function surveyKept(components: readonly string[]) {
    const world = await startFleetRegistry();
    for (const tag of ['1', '1-before-20261122', 'x-before-20261122']) {
      await world.addApp(`team/app:${tag}`, { base: { layer: tag } });
    }
    const { images, leftOut } = await survey({ prefixes: [world.name('team')], components });
    return { tags: images.flatMap(({ tags }) => tags), leftOut: leftOut.map(({ tags, reason }) => [...tags, reason]) };
  }

  it('are left out', async () => {
    const leftOut = [['1-before-20261122', 'keeps-old-image']];
    expect(await surveyKept([])).toEqual({ tags: ['1', 'x-before-20261122'], leftOut });
  });

  it('are searched for components', async () => {
    expect(await surveyKept(['x'])).toEqual({ tags: ['1', '1-before-20261122', 'x-before-20261122'], leftOut: [] });
  });
});

it('what is excluded is left out, whoever names it', async () => {
  const world = await startFleetRegistry();
  for (const tag of ['1', '2-rc']) await world.addApp(`team/app:${tag}`, { base: { layer: tag } });
  const list = { text: world.name('elsewhere/app:1'), file: 'list' };
  const exclude = [world.name('elsewhere/*')];
  const { images, leftOut } = await survey({
    prefixes: [world.name('team')],
    lists: [list],
    exclude,
    excludeTags: ['*-rc'],
  });
  expect(images.flatMap(({ tags }) => tags)).toEqual(['1']);
  expect(leftOut.map(({ tags, reason }) => [tags, reason])).toEqual([
    [['1'], 'excluded'],
    [['2-rc'], 'excluded'],
  ]);
});
