import { createServer } from 'node:http';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findAttachments } from '../../../packages/core/src/airgap/content/attachments.ts';
import { parseManifest, rawManifest } from '../../../packages/core/src/image/manifest.ts';
import { MEDIA_TYPE } from '../../../packages/core/src/image/media-types.ts';
import { digestOf } from '../../../packages/core/src/reference/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { listen } from '../../bench/listen.ts';
import { buildpacksCi } from '../cli/command-line.ts';
import { locked, lockOf, pushImage, pushManifest } from './fixture.ts';
import { bundle, bundleTarget, load, places, shelfOf } from './setup.ts';

const NAME = 'a'.repeat(64);

/** A folder of somebody's, with a file whose name is like ours. */
async function somebodysFolder(): Promise<{
  readonly folder: string;
  readonly files: () => Promise<readonly string[]>;
}> {
  const folder = await temporaryDirectory();
  await mkdir(path.join(folder, 'sha256'));
  await Promise.all([NAME, path.join('sha256', NAME)].map((name) => writeFile(path.join(folder, name), 'mine')));
  return { folder, files: async () => (await readdir(folder, { recursive: true })).sort() };
}

async function oneImage() {
  const all = await places();
  const image = await pushImage(all.shelf, all.repository, {}, '1');
  return { ...all, image, lock: lockOf(locked(`${all.source.host}/team/base:1`, image)) };
}

describe('where a bundle is written', () => {
  it.each(['blobs', 'blobs/sha256', 'dependencies', 'dependencies/sha256'])(
    'nothing is removed behind a link: %s',
    async (place) => {
      const { lock, directory } = await oneImage();
      const { folder, files } = await somebodysFolder();
      const before = await files();
      const output = bundleTarget(directory, 'directory');
      await mkdir(path.dirname(path.join(output.path, place)), { recursive: true });
      await writeFile(path.join(output.path, 'bundle.json'), '{}');
      await symlink(folder, path.join(output.path, place));
      await expect(bundle(lock, output)).rejects.toThrow(`${place}" is in the place of a folder`);
      expect(await files()).toEqual(before);
    },
  );

  it('nothing is removed behind a link in the place of what was fetched', async () => {
    const { lock, directory } = await oneImage();
    const { folder, files } = await somebodysFolder();
    const before = await files();
    const output = bundleTarget(directory, 'tar');
    await symlink(folder, `${output.path}.dependencies`);
    await bundle(lock, output);
    expect(await files()).toEqual(before);
  });

  it.each<[string, { readonly partSize?: number }, RegExp]>([
    ['for the disk', {}, /"\S+bundle\.tar" needs 5 PB more, and its disk has/],
    ['to be cut', { partSize: 1_000_000_000 }, /would be 500\d{4} parts, and 9999 are the most/],
  ])('nothing is made when it is too large %s', async (_for, parts, message) => {
    const { shelf, repository, source, directory, image } = await oneImage();
    const { config, layers } = parseManifest(image);
    const [layer] = layers.map((each) => ({ ...each, size: 5e15 }));
    const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers: [layer] };
    const huge = await pushManifest(shelf, repository, manifest, '2');
    const output = { ...bundleTarget(directory, 'tar'), ...parts };
    const bundling = bundle(lockOf(locked(`${source.host}/team/base:2`, huge)), output);
    await expect(bundling).rejects.toThrow(message);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a registry that lists referrers without end', () => {
  it('is not read to the end', async () => {
    let pages = 0;
    const server = createServer(({ url = '' }, response) => {
      if (!url.includes('/referrers/')) {
        response.writeHead(url === '/v2/' ? 200 : 404).end();
        return;
      }
      pages += 1;
      const manifests = Array.from({ length: 600 }, (_, index) => ({
        mediaType: MEDIA_TYPE.ociManifest,
        digest: digestOf(Buffer.from(`${pages} ${index}`)),
        size: 100,
      }));
      const link = `<${url.split('?', 1)[0] ?? ''}?page=${pages}>; rel="next"`;
      response.writeHead(200, { 'content-type': MEDIA_TYPE.ociIndex, link });
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests }));
    });
    const listening = await listen(server, 'http');
    onTestFinished(() => listening.close());
    const { host } = new URL(listening.url);
    const repository = { registry: host, path: 'team/base' };
    const image = rawManifest(Buffer.from('{}'), MEDIA_TYPE.ociManifest);
    const finding = findAttachments(repository, [image], shelfOf({ host }).client);
    await expect(finding).rejects.toThrow(`more is attached to an image of ${host}/team/base than can be taken along`);
    expect(pages).toBe(2);
  });
});

describe('what load tells and writes', () => {
  it('is each tag that becomes another image', async () => {
    const { shelf, repository, lock, source, target, directory, image } = await oneImage();
    const output = bundleTarget(directory, 'tar');
    await bundle(lock, output);
    await load(output.path, `${target.host}/mirror`);
    const newer = await pushImage(shelf, repository, {}, '1');
    await bundle(lockOf(locked(`${source.host}/team/base:1`, newer)), output);
    const told: string[] = [];
    const log = { ...SILENT_LOG, info: (text: string) => void told.push(text) };
    await load(output.path, `${target.host}/mirror`, {}, { log });
    expect(told).toContainEqual(expect.stringMatching(`team/base:1 was ${image.digest}, and is ${newer.digest} now`));
  });

  it('is the lines by which builds find the images', async () => {
    const { source, lock, target, directory } = await oneImage();
    await bundle(lock, bundleTarget(directory, 'tar'));
    const { stdout } = await buildpacksCi(['load', 'bundle.tar', `--to=${target.host}/mirror`], { directory });
    expect(stdout).toBe(`${source.host}=${target.host}/mirror/${source.host.replace(':', '_')}\n`);
  });

  it('is that names of the registry itself get no copies', async () => {
    const { source, lock, directory } = await oneImage();
    const output = bundleTarget(directory, 'tar');
    await bundle(lock, output);
    const told: string[] = [];
    const log = { ...SILENT_LOG, warn: (text: string) => void told.push(text) };
    expect((await load(output.path, `${source.host}/mirror`, {}, { log })).mirrors).toEqual([]);
    expect(told).toEqual([expect.stringMatching(`under their own names, not below the prefix: .*/team/base:1`)]);
  });

  it('is the lock that was checked', async () => {
    const { lock, target, directory } = await oneImage();
    const output = bundleTarget(directory, 'directory');
    await bundle(lock, output);
    const lockFile = path.join(directory, 'loaded.json');
    await load(output.path, `${target.host}/mirror`, { lockFile });
    const packed = await readFile(path.join(output.path, 'buildpacks-ci.lock.json'), 'utf8');
    expect(await readFile(lockFile, 'utf8')).toBe(packed);
  });
});
