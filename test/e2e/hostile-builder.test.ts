import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { fileItem, hardlinkItem, symlinkItem, type TarItem } from '../../packages/core/src/archive/index.ts';
import { rawMember, rawTar, tarOf } from '../../packages/core/test/archive/support.ts';
import { crane } from '../bench/images.ts';
import { requiresRoot } from '../support/requires.ts';
import { cli } from './support/cli.ts';
import { newPlace, type Place } from './support/ways.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile'] });
});
afterAll(() => world.stop());

/** What a layer on top of a good builder holds, and what the refusal says of it. */
const LAYERS: Readonly<Record<string, { readonly tar: () => Buffer | Promise<Buffer>; readonly says: string }>> = {
  'a name that climbs': {
    tar: items(fileItem('../../../../canary', 'evil')),
    says: '"../../../../canary" can\'t be unpacked',
  },
  'a hard link to what is behind a link': {
    tar: items(symlinkItem('up', '../../..'), hardlinkItem('mine', 'up/canary')),
    says: '"mine" can\'t be unpacked: its target "up/canary" is missing',
  },
  'a whiteout that climbs': {
    tar: items(fileItem('../../../.wh.canary', '')),
    says: '"../../../.wh.canary" can\'t be unpacked',
  },
  'a file in the place of a folder that has more in it': {
    tar: items(fileItem('tail', ''), fileItem('tail/canary', 'evil')),
    says: '"tail/canary" can\'t be unpacked: "tail" is a file and no folder',
  },
  'a name with NUL': {
    tar: () => rawTar({ type: 'x', content: '17 path=a\0/../b\n' }, { name: 'a' }),
    says: "the archive can't be read",
  },
  'a size that is a lie': {
    tar: () => rawTar({ name: 'large', size: '77777777777' }),
    says: "the archive can't be read: it is truncated",
  },
  'a member of which readers think differently': {
    tar: () => rawTar({ type: 'L', content: 'long\0' }, rawMember({ type: 'x', content: '10 path=a\n' }), {}),
    says: 'PAX and a GNU long name',
  },
  'zeros without end': {
    tar: () => rawTar({ name: 'zeros', content: '\0'.repeat(300 * 1024 ** 2) }),
    says: 'larger than 268435456 bytes when decompressed',
  },
};

function items(...list: readonly TarItem[]): () => Promise<Buffer> {
  return () => tarOf(list);
}

requiresRoot('a builder with a hostile layer', () => {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace({ title: 'hostile', engine: 'rootfs' });
    onTestFinished(() => place.remove());
    await writeFile(path.join(place.root, 'canary'), 'untouched');
  });

  it.each(Object.entries(LAYERS))('is refused with its name, and nothing is left of it: %s', async (_case, layer) => {
    const reference = world.image('hostile');
    const file = path.join(await temporaryDirectory('layer'), 'layer.tar');
    await writeFile(file, await layer.tar());
    await crane(['append', '--base', world.builder, '--new_layer', file, '--new_tag', reference], reference);
    const manifest = JSON.parse(await crane(['manifest', reference], reference)) as {
      readonly layers: readonly { readonly digest: string }[];
    };
    world.registry.forget();

    const inputs = ['--builder', reference, '--path', 'samples/apps/procfile', '--engine', 'rootfs'];
    const { status, stderr } = await cli(['build', world.image('app'), ...inputs], place.options);

    expect(status).toBe(1);
    expect(stderr).toContain(`the layer ${manifest.layers.at(-1)?.digest ?? ''} of `);
    expect(stderr).toContain(layer.says);
    expect(await readdir(place.temporary)).toEqual([]);
    expect(await readFile(path.join(place.root, 'canary'), 'utf8')).toBe('untouched');
    expect((await readdir(place.root)).sort()).toEqual(['canary', 'home', 'scratch', 'tmp']);
    expect(world.registry.requests().filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});
