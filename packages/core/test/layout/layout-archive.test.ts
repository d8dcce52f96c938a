import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fileItem } from '../../src/archive/index.ts';
import { layoutImage, openLayoutArchive, packLayout } from '../../src/layout/index.ts';
import { digestOf, hexOf } from '../../src/reference/index.ts';
import { membersOf, rawTar, tarOf, temporaryDirectory } from '../archive/support.ts';
import { blobFile, layoutOf, linkAway } from './support.ts';

describe('openLayoutArchive', () => {
  const packed = async () => {
    const { directory, image } = await layoutOf();
    const file = path.join(temporaryDirectory(), 'image.tar');
    await packLayout(directory, file);
    return { directory, image, file };
  };

  it('reads what packLayout wrote', async () => {
    const { file, image } = await packed();
    const found = await layoutImage(await openLayoutArchive(file));

    expect(found).toMatchObject({ raw: { digest: image.raw.digest }, config: image.config });
    for (const layer of image.manifest.layers) {
      expect(digestOf(await buffer(await found.source.open(layer)))).toBe(layer.digest);
    }
  });

  it.each(['./', '/', ''])('reads names that begin with "%s"', async (start) => {
    const { file, image } = await packed();
    const members = await membersOf(readFileSync(file));
    const renamed = members
      .filter(({ entry }) => entry.type === 'file')
      .map(({ entry, content }) => fileItem(`${start}${entry.path}`, Buffer.from(content, 'latin1')));
    writeFileSync(file, await tarOf(renamed));

    expect((await layoutImage(await openLayoutArchive(file))).raw.digest).toBe(image.raw.digest);
  });

  it('refuses an altered blob', async () => {
    const { file, image } = await packed();
    const [layer] = image.manifest.layers;
    const bytes = readFileSync(file);
    const at = bytes.indexOf(Buffer.of(0x1f, 0x8b, 8)) + 15;
    bytes[at] = ~(bytes[at] ?? 0);
    writeFileSync(file, bytes);
    const { source } = await layoutImage(await openLayoutArchive(file));

    await expect(
      Promise.all(image.manifest.layers.map(async (each) => buffer(await source.open(each)))),
    ).rejects.toMatchObject({ code: 'image' });
    expect(layer).toBeDefined();
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['a tar that is no layout', () => tarOf([fileItem('file', '')]), 'no oci-layout'],
    ['a compressed file', () => Buffer.concat([Buffer.of(0x1f, 0x8b), Buffer.alloc(600)]), 'compressed'],
    ['a text', () => Buffer.from('text'.repeat(300)), "can't be read"],
    ['a member that stands twice', () => tarOf([fileItem('index.json', '1'), fileItem('index.json', '2')]), 'twice'],
    [
      'a member that is cut',
      () => rawTar({ name: 'oci-layout', content: 'x'.repeat(900) }).subarray(0, 600),
      'truncated',
    ],
  ])('refuses %s', async (_case, bytes, why) => {
    const file = path.join(temporaryDirectory(), 'image.tar');
    writeFileSync(file, await bytes());

    await expect(openLayoutArchive(file)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining(why) as string,
    });
  });
});

describe('packLayout', () => {
  it('gives equal bytes for equal layouts, to a file and to a stream', async () => {
    const [one, two] = [await layoutOf(), await layoutOf()];
    const file = path.join(temporaryDirectory(), 'image.tar');
    await packLayout(one.directory, file);
    const through = new PassThrough();
    const [bytes] = await Promise.all([buffer(through), packLayout(two.directory, through)]);

    expect(bytes.equals(readFileSync(file))).toBe(true);
  });

  it('packs only what belongs to a layout', async () => {
    const { directory, image } = await layoutOf();
    writeFileSync(path.join(directory, 'secret'), '');
    writeFileSync(path.join(directory, 'blobs/sha256/notes'), '');
    linkSync(path.join(directory, 'secret'), path.join(directory, 'blobs/other'));
    const file = path.join(temporaryDirectory(), 'image.tar');
    await packLayout(directory, file);
    const blobs = [image.raw, image.manifest.config, ...image.manifest.layers].map(
      ({ digest }) => `blobs/sha256/${hexOf(digest)}`,
    );

    expect((await membersOf(readFileSync(file))).map(({ entry }) => entry.path)).toEqual([
      'blobs',
      'blobs/sha256',
      ...blobs.sort(),
      'index.json',
      'oci-layout',
    ]);
  });

  it('follows no link', async () => {
    const { directory, image } = await layoutOf();
    linkAway(blobFile(directory, image.manifest.config.digest));

    await expect(packLayout(directory, path.join(temporaryDirectory(), 'image.tar'))).rejects.toMatchObject({
      code: 'image',
    });
  });
});
