import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fileItem } from '../../src/archive/index.ts';
import type { Platform } from '../../src/image/manifest.ts';
import { addBlob, layoutImage, layoutPath, openLayout, writeIndex } from '../../src/layout/index.ts';
import { digestOf, parseReference } from '../../src/reference/index.ts';
import { imageOf } from '../archive/image.ts';
import { tarOf } from '../archive/support.ts';
import { blobFile, layoutOf, linkAway } from './support.ts';

const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

describe('layoutImage', () => {
  const imageFor = async (architecture: string) =>
    imageOf([{ tar: await tarOf([fileItem('arch', architecture)]) }], { architecture });

  it('takes the platform of several in index.json', async () => {
    const { directory } = await layoutOf([await imageFor('arm64'), await imageFor('amd64')]);
    const image = await layoutImage(await openLayout(directory), { os: 'linux', architecture: 'arm64' });

    expect(image.config.architecture).toBe('arm64');
  });

  it('takes the platform of an index that index.json lists', async () => {
    const { directory } = await layoutOf([await imageFor('arm64'), await imageFor('amd64')]);
    const { index } = await openLayout(directory);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const nested = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: index }));
    await writeIndex(directory, [await addBlob(directory, [nested], mediaType)]);

    expect((await layoutImage(await openLayout(directory), AMD64)).config.architecture).toBe('amd64');
  });

  it.each<[string, readonly string[], Platform | undefined, string]>([
    ['several images and no platform', ['arm64', 'amd64'], undefined, 'has 2 images'],
    ['none for the platform', ['arm64', 'ppc64le'], AMD64, 'has 0 images for linux/amd64'],
    ['two for the platform', ['amd64', 'amd64'], AMD64, 'has 2 images for linux/amd64'],
  ])('refuses %s', async (_case, architectures, platform, why) => {
    const { directory } = await layoutOf(await Promise.all(architectures.map(imageFor)));
    const layout = await openLayout(directory);

    await expect(layoutImage(layout, platform)).rejects.toThrow(why);
  });

  it('refuses a layout without images', async () => {
    const { directory } = await layoutOf([]);

    await expect(openLayout(directory).then((layout) => layoutImage(layout))).rejects.toThrow('has 0 images');
  });
});

describe('openLayout', () => {
  it.each<[string, (directory: string) => void, string]>([
    [
      'no marker',
      (directory) => {
        rmSync(path.join(directory, 'oci-layout'));
      },
      'no oci-layout',
    ],
    [
      'another version',
      (directory) => {
        writeFileSync(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"2"}');
      },
      'version is "2"',
    ],
    [
      'no index',
      (directory) => {
        rmSync(path.join(directory, 'index.json'));
      },
      'index.json',
    ],
    [
      'an index that is no JSON',
      (directory) => {
        writeFileSync(path.join(directory, 'index.json'), 'text');
      },
      'not valid',
    ],
    [
      'an index that is a link',
      (directory) => {
        linkAway(path.join(directory, 'index.json'));
      },
      'not a regular file',
    ],
    [
      'an index that is a directory',
      (directory) => {
        rmSync(path.join(directory, 'index.json'));
        mkdirSync(path.join(directory, 'index.json'));
      },
      'not a regular file',
    ],
    [
      'an index that is far too large',
      (directory) => {
        writeFileSync(path.join(directory, 'index.json'), Buffer.alloc(5_000_000));
      },
      '5000000 bytes',
    ],
  ])('refuses %s', async (_case, change, why) => {
    const { directory } = await layoutOf();
    change(directory);

    await expect(openLayout(directory)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringContaining(why) as string,
    });
  });

  it.each<[string, (directory: string, blob: string) => void]>([
    [
      'altered',
      (_directory, blob) => {
        const bytes = readFileSync(blob);
        bytes[20] = ~(bytes[20] ?? 0);
        rewrite(blob, bytes);
      },
    ],
    [
      'longer',
      (_directory, blob) => {
        rewrite(blob, Buffer.concat([readFileSync(blob), Buffer.from('x')]));
      },
    ],
    [
      'shorter',
      (_directory, blob) => {
        rewrite(blob, readFileSync(blob).subarray(1));
      },
    ],
    [
      'missing',
      (_directory, blob) => {
        rmSync(blob);
      },
    ],
    [
      'a link',
      (_directory, blob) => {
        linkAway(blob);
      },
    ],
    [
      'in a folder that is a link',
      (directory) => {
        linkAway(path.join(directory, 'blobs/sha256'));
      },
    ],
    [
      'below a link',
      (directory) => {
        linkAway(path.join(directory, 'blobs'));
      },
    ],
  ])('refuses a blob that is %s', async (_case, change) => {
    const { directory, image } = await layoutOf();
    const { source } = await layoutImage(await openLayout(directory));
    const [layer] = image.manifest.layers;
    if (layer === undefined) throw new Error('the sample has layers');
    change(directory, blobFile(directory, layer.digest));

    await expect(source.open(layer).then(buffer)).rejects.toMatchObject({ code: 'image' });
  });

  it('says which blobs are there', async () => {
    const { directory, image } = await layoutOf();
    const { source } = await openLayout(directory);
    const { config } = image.manifest;

    expect([
      await source.has(config),
      await source.has({ ...config, size: config.size + 1 }),
      await source.has({ ...config, digest: digestOf(Buffer.from('absent')) }),
      await source.manifest(digestOf(Buffer.from('absent'))),
    ]).toEqual([true, false, false, undefined]);
  });
});

function rewrite(file: string, bytes: Uint8Array): void {
  rmSync(file);
  writeFileSync(file, bytes);
}
describe('layoutPath', () => {
  it.each([
    ['busybox', '/l/index.docker.io/library/busybox/latest'],
    ['paketobuildpacks/run:base', '/l/index.docker.io/paketobuildpacks/run/base'],
    ['localhost:5000/a/b:1', '/l/localhost:5000/a/b/1'],
    [`example.com/a@sha256:${'0'.repeat(64)}`, `/l/example.com/a/sha256/${'0'.repeat(64)}`],
  ])('says where the lifecycle looks for %s', (reference, expected) => {
    expect(layoutPath('/l', parseReference(reference))).toBe(expected);
  });
});
