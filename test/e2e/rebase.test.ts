import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crane, type RunImageOptions } from '../bench/images.ts';
import { GO_CONFIG_FILE } from '../../packages/core/src/image/go-documents.ts';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { packBuild, withCacheVolume } from './support/pack.ts';
import { rebaser, type RebaserOptions } from './support/rebaser.ts';
import { startWorld, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
/** What Go escapes, and what it sorts otherwise than others do. */
const LABELS = ['--labels', 'z=<b>&amp;</b> "quoted" \\ \u2028 ä 😀', '--labels', 'Zebra=1', '--labels', 'a-b=2'];

/** Each with the option of the run images, which then come in editions. */
const RUN_IMAGES: readonly (readonly [string, RunImageOptions])[] = [
  ['Docker types', { types: 'docker' }],
  ['OCI types', { types: 'oci' }],
  ['Docker types behind an index', { types: 'docker', index: true }],
  ['OCI types behind an index, with an attestation', { types: 'oci', index: true }],
  ['a target id and mixins', { labels: { 'io.buildpacks.base.id': 'a.b', 'io.buildpacks.stack.mixins': '["run:x"]' } }],
];

requiresEngine('a rebase equals that of the lifecycle', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'label-data'] });
  });
  afterAll(() => world.stop());

  /** Runs both on copies of one image, and gives the digests that they make. */
  const rebaseBoth = async (name: string, ours: readonly string[] = [], theirs: RebaserOptions = {}) => {
    const [mine, other] = [world.image(`${name}/mine`), world.image(`${name}/other`)];
    await rebaser(other, theirs);
    const { status, stderr } = await cli(['rebase', mine, ...ours]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const [digest, expected] = await Promise.all([world.digest(mine), world.digest(other)]);
    return { digest, expected };
  };
  const copies = async (name: string, image: string) => {
    for (const copy of ['mine', 'other']) await crane(['copy', image, world.image(`${name}/${copy}`)], image);
  };
  /** A configuration, but for what layers were made by: the lifecycle's rebase forgets that, and keeps everything else. */
  const withoutHistory = async (image: string) => {
    const config = GO_CONFIG_FILE.read(JSON.parse(await crane(['config', image], image)));
    return GO_CONFIG_FILE.write({ ...config, history: null });
  };
  /** An app on the first edition of run images of this kind. */
  const buildOn = async (name: string, options: RunImageOptions, builder: object = {}) => {
    const runImage = await world.addRunImage(`${name}/run`, options);
    const own = await world.addBuilder(`${name}/builder`, { runImage, ...builder });
    const image = world.image(`${name}/app`);
    await build([image, '--builder', own, ...APP, ...LABELS]);
    await copies(name, image);
    return { runImage, builder: own, image };
  };

  it.each(RUN_IMAGES)('with %s, the first and the second time', async (title, options) => {
    const name = title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
    const { image, builder } = await buildOn(name, options);
    const digests = [await world.digest(image)];
    for (const edition of ['2', '3']) {
      await world.addRunImage(`${name}/run`, { ...options, edition });
      const { digest, expected } = await rebaseBoth(name);
      expect(digest).toBe(expected);
      digests.push(digest);
    }
    expect(new Set(digests).size).toBe(3);
    await build([world.image(`${name}/anew`), '--builder', builder, ...APP, ...LABELS]);
    expect(await withoutHistory(world.image(`${name}/anew`))).toBe(await withoutHistory(world.image(`${name}/mine`)));
  });

  it.each(['0.12', '0.13', '0.14', '0.15'])(
    'for an image of Platform API %s, and a rebaser of it',
    async (platformApi) => {
      const name = `api-${platformApi}`;
      await buildOn(name, {}, { platformApis: [platformApi] });
      await world.addRunImage(`${name}/run`, { edition: '2' });
      const { digest, expected } = await rebaseBoth(name, [], { platformApi });
      expect(digest).toBe(expected);
    },
  );

  it('of an older version', async () => {
    await buildOn('older', { types: 'docker' }, { lifecycle: 'lifecycle-previous' });
    await world.addRunImage('older/run', { types: 'docker', edition: '2' });
    const { digest, expected } = await rebaseBoth('older', [], { lifecycle: 'lifecycle-previous' });
    expect(digest).toBe(expected);
  });

  describe('with mirrors', () => {
    it('of which one is on the registry of the image', async () => {
      const mirror = await world.addRunImage('mirrors/mirror', { edition: '1' });
      await buildOn('mirrors', { edition: '1' }, { runImage: 'registry.invalid/run:1', mirrors: [mirror] });
      await world.addRunImage('mirrors/mirror', { edition: '2' });
      const { digest, expected } = await rebaseBoth('mirrors');
      expect(digest).toBe(expected);
      const { config } = await world.config(world.image('mirrors/mine'));
      const { runImage } = JSON.parse(config.Labels['io.buildpacks.lifecycle.metadata'] ?? '') as { runImage: object };
      expect(runImage).toMatchObject({ image: 'registry.invalid/run:1', mirrors: [mirror] });
    });

    it('of which one is named', async () => {
      const mirror = world.image('named/mirror');
      await buildOn('named', { edition: '1' }, { mirrors: [mirror] });
      await world.addRunImage('named/mirror', { edition: '2' });
      const { digest, expected } = await rebaseBoth('named', ['--run-image', mirror], { args: ['-run-image', mirror] });
      expect(digest).toBe(expected);
    });
  });

  it('with --force, on a run image of another name', async () => {
    await buildOn('forced', { edition: '1' }, { mirrors: [world.image('forced/mirror')] });
    const other = await world.addRunImage('forced/base', {
      edition: '2',
      labels: { 'io.buildpacks.base.distro.version': '99' },
    });
    const args = ['-force', '-run-image', other];
    const { digest, expected } = await rebaseBoth('forced', ['--force', '--run-image', other], { args });
    expect(digest).toBe(expected);
  });

  it('under another name', async () => {
    const { image } = await buildOn('renamed', { edition: '1' });
    await world.addRunImage('renamed/run', { edition: '2' });
    const [mine, other] = [world.image('renamed/new/mine'), world.image('renamed/new/other')];
    await rebaser(other, { args: ['-previous-image', image] });
    expect(await cli(['rebase', mine, '--previous-image', image])).toMatchObject({ status: 0 });
    expect(await world.digest(mine)).toBe(await world.digest(other));
  });

  requiresDocker('of what pack built', () => {
    it('with the types of Docker', async () => {
      const runImage = await world.addRunImage('pack/run', { types: 'docker' });
      const builder = await world.addBuilder('pack/builder', { runImage, types: 'docker' });
      const image = world.image('pack/app');
      await withCacheVolume((volume) => packBuild(image, ['--builder', builder, ...APP], volume));
      await copies('pack', image);
      await world.addRunImage('pack/run', { types: 'docker', edition: '2' });
      const { digest, expected } = await rebaseBoth('pack');
      expect(digest).toBe(expected);
    });
  });
});
