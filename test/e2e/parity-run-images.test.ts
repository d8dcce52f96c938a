import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRunImage, pushLayout, type RunImageOptions } from '../bench/images.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { requiresDocker } from '../support/requires.ts';
import { buildWithBoth } from './support/both.ts';
import { startWorld, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
const DENIED = { status: 403, body: '{"errors":[{"code":"DENIED","message":"not yours"}]}' };
const REF_NAME = 'org.opencontainers.image.ref.name';

/** A run image of each kind that the two rewrites of ours depend on. */
const RUN_IMAGES: readonly (readonly [string, RunImageOptions])[] = [
  ['OCI types without annotations', {}],
  ['OCI types with annotations', { annotations: { 'org.example.note': '<b>&amp;</b> "quoted" \\ \u2028 ä' } }],
  ['OCI types with a reference name of its own', { annotations: { [REF_NAME]: 'own "name" & <more>' } }],
  [
    'OCI types with a reference name among other annotations',
    { annotations: { 'org.example.first': 'a', [REF_NAME]: 'own', 'org.example.last': 'z' } },
  ],
  ['Docker types', { types: 'docker' }],
  ['OCI types behind an index', { index: true }],
  ['Docker types behind an index', { types: 'docker', index: true }],
];

requiresDocker('digests equal those of pack build --publish, whatever the run image is', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
  });
  afterAll(() => world.stop());

  it.each(RUN_IMAGES)('%s', async (title, options) => {
    const name = `kinds/${title.toLowerCase().replaceAll(' ', '-')}`;
    const runImage = await world.addRunImage(`${name}/run`, options);
    const builder = await world.addBuilder(`${name}/builder`, {
      runImage,
      ...(options.types && { types: options.types }),
    });
    const { ours, pack } = await buildWithBoth(world, { common: ['--builder', builder, ...APP] });
    expect(ours).toEqual(pack);
  });
});

requiresDocker('digests equal those of pack build --publish, whichever run image is chosen', () => {
  let world: World;
  let other: Registry;
  beforeAll(async () => {
    const intercept = ({ path }: { path: string }) => (path.startsWith('/v2/denied/') ? DENIED : undefined);
    [world, other] = await Promise.all([startWorld({ buildpacks: ['procfile'] }), startRegistry({ intercept })]);
    await pushLayout((await makeRunImage({ edition: 'elsewhere' })).layout, `${other.host}/run:1`);
  });
  afterAll(() => Promise.all([world.stop(), other.stop()]));

  it('the mirror on the registry of the output', async () => {
    const mirror = await world.addRunImage('mirror/run', { edition: 'mirrored' });
    const builder = await world.addBuilder('mirrored', { runImage: `${other.host}/run:1`, mirrors: [mirror] });
    const { ours, pack } = await buildWithBoth(world, { common: ['--builder', builder, ...APP] });
    expect(ours).toEqual(pack);
  });

  it('a mirror elsewhere, when the image and the mirror before it can not be read', async () => {
    const mirrors = [`${other.host}/denied/mirror:1`, `${other.host}/run:1`];
    const builder = await world.addBuilder('far', { runImage: `${other.host}/denied/run:1`, mirrors });
    const { ours, pack } = await buildWithBoth(world, { common: ['--builder', builder, ...APP] });
    expect(ours).toEqual(pack);
  });

  it('a canonical name without a tag', async () => {
    await pushLayout((await makeRunImage({ edition: 'untagged' })).layout, world.image('untagged', 'latest'));
    const runImage = world.image('untagged', 'latest').replace(':latest', '');
    const builder = await world.addBuilder('untagged-builder', { runImage });
    const { ours, pack } = await buildWithBoth(world, { common: ['--builder', builder, ...APP] });
    expect(ours).toEqual(pack);
  });

  it.each([
    ['with its tag', (name: string) => `${name}:latest`],
    ['as it was written, without a tag', (name: string) => name],
  ])("the user's own, %s", async (_, write) => {
    await pushLayout((await makeRunImage({ edition: 'own' })).layout, `${other.host}/own/run:latest`);
    const runImage = write(`${other.host}/own/run`);
    const common = ['--builder', world.builder, '--run-image', runImage, ...APP];
    const { ours, pack } = await buildWithBoth(world, { common });
    expect(ours).toEqual(pack);
  });
});
