import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { directoryItem, fileItem, symlinkItem } from '../../src/archive/index.ts';
import { packageFromArchive, packageFromDirectory } from '../../src/builder/buildpack-files.ts';
import { BuildpacksError, InputError } from '../../src/errors/index.ts';
import { digestOf, tarOf } from './support/images.ts';
import { temporaryDirectory, treeOf } from './support/tree.ts';

const TOML = 'api = "0.10"\n[buildpack]\nid = "acme/x"\nversion = "1.2.3"\nhomepage = "https://acme.example"\n';
const PLATFORM = { os: 'linux', architecture: 'amd64' };

/** What packaging makes of the files below, whatever their modes were. */
const PACKAGED = {
  bin: '755',
  'bin/build': '755 #!/bin/sh',
  'bin/helper': '755 help',
  'bin/tool': '-> helper',
  'buildpack.toml': `644 ${TOML}`,
  'notes.txt': '644 notes',
};

async function sourceDirectory(): Promise<string> {
  const root = await temporaryDirectory();
  await mkdir(path.join(root, 'bin'), { mode: 0o700 });
  await writeFile(path.join(root, 'buildpack.toml'), TOML, { mode: 0o600 });
  await writeFile(path.join(root, 'bin/build'), '#!/bin/sh', { mode: 0o600 });
  await writeFile(path.join(root, 'bin/helper'), 'help');
  await chmod(path.join(root, 'bin/helper'), 0o611);
  await writeFile(path.join(root, 'notes.txt'), 'notes', { mode: 0o666 });
  await symlink('helper', path.join(root, 'bin/tool'));
  return root;
}

const archive = await tarOf([
  directoryItem('./'),
  fileItem('./notes.txt', 'notes', { mode: 0o666 }),
  fileItem('./buildpack.toml', TOML, { mode: 0o600 }),
  directoryItem('./bin', { mode: 0o700 }),
  fileItem('./bin/build', '#!/bin/sh', { mode: 0o600 }),
  fileItem('./bin/helper', 'help', { mode: 0o611 }),
  symlinkItem('./bin/tool', 'helper'),
]);

async function fileWith(content: Uint8Array): Promise<string> {
  const file = path.join(await temporaryDirectory(), 'buildpack.tgz');
  await writeFile(file, content);
  return file;
}

describe("a buildpack's directory", () => {
  it('is described by its buildpack.toml', async () => {
    const { main, modules } = await packageFromDirectory(await sourceDirectory());
    expect(main).toMatchObject({ id: 'acme/x', version: '1.2.3', api: '0.10', homepage: 'https://acme.example' });
    expect(modules).toEqual([main]);
  });

  it('is placed as a package would hold it', async () => {
    const target = path.join(await temporaryDirectory(), 'x');
    await (await packageFromDirectory(await sourceDirectory())).main.place(target);
    expect(await treeOf(target)).toEqual(PACKAGED);
  });

  it('may be given by a link', async () => {
    const link = path.join(await temporaryDirectory(), 'link');
    await symlink(await sourceDirectory(), link);
    const target = path.join(await temporaryDirectory(), 'x');
    await (await packageFromDirectory(link)).main.place(target);
    expect(Object.keys(await treeOf(target))).toEqual(Object.keys(PACKAGED));
  });

  it('without buildpack.toml is refused', async () => {
    await expect(packageFromDirectory(await temporaryDirectory())).rejects.toThrow(InputError);
  });
});

describe('an archive of a buildpack', () => {
  it.each([
    ['plain', archive],
    ['gzip', gzipSync(archive)],
    ['zstd', zstdCompressSync(archive)],
  ])('%s is placed as the directory is', async (_, content) => {
    const target = path.join(await temporaryDirectory(), 'x');
    const { main } = await packageFromArchive(await fileWith(content), PLATFORM);
    await main.place(target);
    expect(await treeOf(target)).toEqual(PACKAGED);
  });

  it('without buildpack.toml is refused', async () => {
    const file = await fileWith(await tarOf([fileItem('readme', '')]));
    await expect(packageFromArchive(file, PLATFORM)).rejects.toThrow(/no buildpack: buildpack\.toml/);
  });

  it('that is no archive is refused', async () => {
    await expect(packageFromArchive(await fileWith(Buffer.alloc(2000, 'x')), PLATFORM)).rejects.toThrow(
      BuildpacksError,
    );
  });
});

describe('a .cnb file', () => {
  it('is read as the package image that it holds', async () => {
    const layer = await tarOf([fileItem('cnb/buildpacks/acme_x/1.2.3/buildpack.toml', TOML)]);
    const file = await fileWith(await packageArchive(layer));
    const target = path.join(await temporaryDirectory(), 'x');
    const { main } = await packageFromArchive(file, PLATFORM);
    await main.place(target);
    expect(main).toMatchObject({ id: 'acme/x', version: '1.2.3', api: '0.10' });
    expect(await treeOf(target)).toEqual({ 'buildpack.toml': `644 ${TOML}` });
  });
});

/** A `.cnb` file as pack writes it: an OCI layout in a tar, its layers compressed. */
function packageArchive(layer: Buffer): Promise<Buffer> {
  const blob = gzipSync(layer);
  const labels = {
    'io.buildpacks.buildpackage.metadata': JSON.stringify({ id: 'acme/x', version: '1.2.3' }),
    'io.buildpacks.buildpack.layers': JSON.stringify({
      'acme/x': { '1.2.3': { api: '0.10', layerDiffID: digestOf(layer) } },
    }),
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const config = json({
    ...PLATFORM,
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const describe = (bytes: Buffer, type: string) => ({
    mediaType: `application/vnd.oci.image.${type}`,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = json({
    schemaVersion: 2,
    config: describe(config, 'config.v1+json'),
    layers: [describe(blob, 'layer.v1.tar+gzip')],
  });
  const index = json({ schemaVersion: 2, manifests: [describe(manifest, 'manifest.v1+json')] });
  const blobs = [config, blob, manifest].map((bytes) => fileItem(`/blobs/${digestOf(bytes).replace(':', '/')}`, bytes));
  return tarOf([fileItem('/oci-layout', '{"imageLayoutVersion":"1.0.0"}'), fileItem('/index.json', index), ...blobs]);
}
