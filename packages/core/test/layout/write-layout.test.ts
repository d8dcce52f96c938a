import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fileItem } from '../../src/archive/index.ts';
import { layoutImage, openLayout, writeLayer, writeLayout } from '../../src/layout/index.ts';
import { digestOf } from '../../src/reference/index.ts';
import { tarOf, temporaryDirectory } from '../archive/support.ts';
import { blobFile, layoutOf, sample } from './support.ts';

describe('writeLayout', () => {
  it('writes what openLayout reads back', async () => {
    const { directory, image } = await layoutOf();
    const found = await layoutImage(await openLayout(directory));

    expect(found).toMatchObject({ raw: { digest: image.raw.digest }, config: image.config });
    for (const layer of image.manifest.layers) {
      expect(digestOf(await buffer(await found.source.open(layer)))).toBe(layer.digest);
    }
  });

  it('gives equal files for equal images, and none beside', async () => {
    const [one, two] = [await layoutOf(), await layoutOf()];
    const files = (directory: string) =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [entry.name, readFileSync(path.join(entry.parentPath, entry.name), 'latin1')])
        .sort();

    expect(files(one.directory)).toEqual(files(two.directory));
    expect(files(one.directory)).toHaveLength(6);
  });

  it.each(['blobs', 'blobs/sha256'])('does not follow a link in the place of %s', async (folder) => {
    const directory = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    mkdirSync(path.dirname(path.join(directory, folder)), { recursive: true });
    symlinkSync(elsewhere, path.join(directory, folder));

    await expect(writeLayout(directory, [await sample()])).rejects.toThrow(`${folder}" is a link or a file`);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('writes manifest and configuration only, and the blobs that are named, when sparse', async () => {
    const image = await sample();
    const directory = temporaryDirectory();
    const [first, second] = image.manifest.layers;
    await writeLayout(directory, [image], { sparse: true, blobs: second ? [second.digest] : [] });
    const { source } = await layoutImage(await openLayout(directory));

    expect([first && (await source.has(first)), second && (await source.has(second))]).toEqual([false, true]);
  });

  it('annotates the descriptor in index.json', async () => {
    const directory = temporaryDirectory();
    await writeLayout(directory, [await sample()], { annotations: { 'org.opencontainers.image.ref.name': 'app' } });

    expect((await openLayout(directory)).index).toMatchObject([
      { platform: { os: 'linux', architecture: 'amd64' }, annotations: { 'org.opencontainers.image.ref.name': 'app' } },
    ]);
  });

  it('leaves nothing half written when a layer fails', async () => {
    const directory = temporaryDirectory();
    const image = await sample();
    const source = { ...image.source, open: () => Promise.resolve(failingAfter('some bytes')) };

    await expect(writeLayout(directory, [{ ...image, source }])).rejects.toThrow('connection lost');
    expect(readdirSync(directory)).toEqual(['blobs']);
    expect(readdirSync(path.join(directory, 'blobs/sha256'))).toEqual([]);
  });

  it('refuses a layer whose content is another, and keeps none of it', async () => {
    const directory = temporaryDirectory();
    const image = await sample();
    const source = { ...image.source, open: () => Promise.resolve(Readable.from([Buffer.from('another')])) };

    await expect(writeLayout(directory, [{ ...image, source }])).rejects.toMatchObject({ code: 'image' });
    expect(readdirSync(path.join(directory, 'blobs/sha256'))).toEqual([]);
  });
});

function failingAfter(text: string): Readable {
  return Readable.from(
    (async function* () {
      yield await Promise.resolve(Buffer.from(text));
      throw new Error('connection lost');
    })(),
  );
}

describe('writeLayer', () => {
  it('tells digest, size and diff id of what it wrote', async () => {
    const directory = temporaryDirectory();
    const items = [fileItem('file', 'content')];
    const { descriptor, diffId } = await writeLayer(directory, items);
    const blob = readFileSync(blobFile(directory, descriptor.digest));

    expect(descriptor).toEqual({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(blob),
      size: blob.length,
    });
    expect(diffId).toBe(digestOf(gunzipSync(blob)));
    expect(gunzipSync(blob)).toEqual(await tarOf(items));
  });

  it.each([
    ['none', 'application/vnd.oci.image.layer.v1.tar'],
    ['zstd', 'application/vnd.oci.image.layer.v1.tar+zstd'],
  ] as const)('writes layers with compression %s', async (compression, mediaType) => {
    const { descriptor } = await writeLayer(temporaryDirectory(), [fileItem('file', '')], { compression });

    expect(descriptor.mediaType).toBe(mediaType);
  });
});
