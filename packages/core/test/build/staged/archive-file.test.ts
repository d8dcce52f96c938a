import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directoryItem, fileItem, hardlinkItem, symlinkItem, type TarItem } from '../../../src/archive/index.ts';
import { readArchive, writeArchive } from '../../../src/build/staged/archive-file.ts';

const PARTS = [
  { name: 'the output', from: 'tmp/out', to: 'layout/out', maxBytes: 1024 ** 3 },
  { name: 'the report', from: 'layers/report.toml', to: 'layers/report.toml', maxBytes: 10 },
];

const LIMITS = { entries: 100, ratio: 10, atLeast: 100_000 };

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'staged-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** What comes out of an archive with these items, and where. */
async function unpacked(
  items: readonly TarItem[],
): Promise<{ readonly to: string; readonly names: readonly string[] }> {
  const file = path.join(await temporaryDirectory(), 'build.tar.zst');
  await writeArchive(file, Readable.from(items));
  return read(file);
}

async function read(file: string): Promise<{ readonly to: string; readonly names: readonly string[] }> {
  const to = path.join(path.dirname(file), 'to');
  await mkdir(to);
  await readArchive({ file, parts: PARTS, to, signal: new AbortController().signal, limits: LIMITS });
  return { to, names: (await readdir(to, { recursive: true })).sort() };
}

describe('an archive that a build has left', () => {
  it('gives the files that are wanted, as ours, under their new names', async () => {
    const { to, names } = await unpacked([
      directoryItem('tmp/out', { mode: 0 }),
      fileItem('tmp/out/index.json', '{}', { mode: 0o4777, uid: 4711 }),
      fileItem('layers/report.toml', 'tags = []'),
    ]);
    expect(names).toEqual(['layers', 'layers/report.toml', 'layout', 'layout/out', 'layout/out/index.json']);
    const { mode, uid } = await stat(path.join(to, 'layout/out/index.json'));
    expect([mode & 0o7777, uid]).toEqual([0o644, process.getuid?.()]);
  });

  it.each<[string, TarItem]>([
    ['other names', fileItem('plan.json', '{}')],
    ['names that only begin like wanted ones', fileItem('tmp/outside', '')],
    ['links', symlinkItem('tmp/out', '/etc')],
    ['hard links', hardlinkItem('tmp/out/passwd', '/etc/passwd')],
    ['pipes', { entry: { ...fileItem('tmp/out/pipe', '').entry, type: 'fifo' } }],
  ])('drops %s', async (_case, item) => {
    expect((await unpacked([item])).names).toEqual([]);
  });

  it('is not read through a link that the build has put in its place', async () => {
    const directory = await temporaryDirectory();
    const link = path.join(directory, 'build.tar.zst');
    await writeArchive(path.join(directory, 'elsewhere'), Readable.from([fileItem('tmp/out/file', 'x')]));
    await symlink('elsewhere', link);
    await expect(read(link)).rejects.toThrow('is not a regular file');
  });

  it('does not follow a link that an earlier entry might have made', async () => {
    const { to, names } = await unpacked([symlinkItem('tmp/out', '/tmp'), fileItem('tmp/out/file', 'x')]);
    expect(names).toContain('layout/out/file');
    expect((await lstat(path.join(to, 'layout/out'))).isDirectory()).toBe(true);
  });

  it.each<[string, readonly TarItem[], RegExp]>([
    ['leads out of the folder', [fileItem('tmp/out/../../../planted', 'x')], /leads out of the archive/],
    [
      'is too large in one part',
      [fileItem('layers/report.toml', 'x'.repeat(11))],
      /more than 10 bytes in "the report"/,
    ],
    ['has too many entries', Array.from({ length: 101 }, (_, at) => fileItem(`tmp/out/${at}`, '')), /entries/],
    ['is a bomb', [fileItem('tmp/out/zeros', Buffer.alloc(100_001))], /more than 100000 bytes/],
  ])('is refused when it %s', async (_case, items, reason) => {
    await expect(unpacked(items)).rejects.toMatchObject({
      code: 'image',
      message: expect.stringMatching(reason) as string,
    });
  });

  it.each<[string, (whole: Buffer) => Uint8Array]>([
    ['cut short', (whole) => whole.subarray(0, whole.length - 20)],
    ['no archive', () => Buffer.from('nothing of the kind')],
    ['empty', () => Buffer.alloc(0)],
    ['no tar', () => zstdCompressSync(Buffer.alloc(10_000, 'x'))],
  ])('is refused when it is %s', async (_case, damage) => {
    const file = path.join(await temporaryDirectory(), 'build.tar.zst');
    await writeArchive(file, Readable.from([fileItem('tmp/out/index.json', 'x'.repeat(5000))]));
    await writeFile(file, damage(await readFile(file)));
    await expect(read(file)).rejects.toMatchObject({ code: 'image' });
  });
});

it('an archive that is written replaces a link and not what it leads to', async () => {
  const directory = await temporaryDirectory();
  const [file, elsewhere] = [path.join(directory, 'a.tar.zst'), path.join(directory, 'mine')];
  await writeFile(elsewhere, 'mine');
  await symlink(elsewhere, file);
  await writeArchive(file, Readable.from([fileItem('a', 'x')]));
  expect(await readFile(elsewhere, 'utf8')).toBe('mine');
});
