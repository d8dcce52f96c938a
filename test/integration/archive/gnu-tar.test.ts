import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  directoryItem,
  extractTar,
  fileItem,
  hardlinkItem,
  symlinkItem,
  treeItems,
  writeTar,
} from '../../../packages/core/src/archive/index.ts';
import { treeFacts } from './tree.ts';

const OWNERS = { owners: process.getuid?.() === 0 };

function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'gnu-tar-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A tree with what archives find hard: long and odd names, links of both kinds, odd modes and times. */
function difficultTree(): string {
  const root = path.join(temporaryDirectory(), 'tree');
  const long = path.join(root, 'd'.repeat(90), 'e'.repeat(90), 'f'.repeat(200));
  mkdirSync(path.dirname(long), { recursive: true });
  writeFileSync(long, 'long');
  writeFileSync(path.join(root, 'with space\nand newline'), 'odd');
  writeFileSync(path.join(root, 'empty'), '');
  writeFileSync(path.join(root, 'block'), Buffer.alloc(512, 'b'));
  writeFileSync(path.join(root, 'large'), Buffer.alloc(700_001, 'l'), { mode: 0o711 });
  linkSync(path.join(root, 'large'), path.join(root, 'zz-hard'));
  symlinkSync('x'.repeat(150), path.join(root, 'long-link'));
  symlinkSync('/etc/passwd', path.join(root, 'absolute-link'));
  mkdirSync(path.join(root, 'private'), { mode: 0o700 });
  utimesSync(path.join(root, 'empty'), 1, 1);
  return root;
}

function gnuExtract(file: string): string {
  const into = temporaryDirectory();
  execFileSync('tar', ['-xpf', file, '-C', into, '--same-permissions']);
  return into;
}

async function ourExtract(file: string): Promise<string> {
  const into = temporaryDirectory();
  await extractTar(createReadStream(file), into, OWNERS);
  return into;
}

describe('GNU tar and we', () => {
  it.each(['gnu', 'oldgnu', 'pax', 'posix'])('unpack an archive of format %s to the same tree', async (format) => {
    const file = path.join(temporaryDirectory(), 'gnu.tar');
    execFileSync('tar', ['-cf', file, `--format=${format}`, '-C', difficultTree(), '.']);

    expect(treeFacts(await ourExtract(file))).toEqual(treeFacts(gnuExtract(file)));
  });

  it.each(['ustar', 'v7'])('unpack an archive of format %s to the same tree', async (format) => {
    const root = temporaryDirectory();
    mkdirSync(path.join(root, 'dir'));
    writeFileSync(path.join(root, 'dir/file'), 'content');
    linkSync(path.join(root, 'dir/file'), path.join(root, 'hard'));
    symlinkSync('dir', path.join(root, 'link'));
    const file = path.join(temporaryDirectory(), 'gnu.tar');
    execFileSync('tar', ['-cf', file, `--format=${format}`, '-C', root, '.']);

    expect(treeFacts(await ourExtract(file))).toEqual(treeFacts(gnuExtract(file)));
  });

  it('unpack what we write of a tree to the same tree', async () => {
    const file = path.join(temporaryDirectory(), 'ours.tar');
    await pipeline(Readable.from(writeTar(treeItems(difficultTree(), { prefix: 'a/b' }))), createWriteStream(file));

    expect(treeFacts(gnuExtract(file))).toEqual(treeFacts(await ourExtract(file)));
  });

  it('list what we write alike', async () => {
    const file = path.join(temporaryDirectory(), 'ours.tar');
    const items = [
      directoryItem('dir', { mode: 0o1777 }),
      fileItem('dir/ü', 'content', { uid: 3_000_000_000, gid: 7, mtime: 86_400 }),
      fileItem('early', '', { mtime: -86_400 }),
      symlinkItem('link', 'ü'.repeat(80)),
      hardlinkItem(`h${'o'.repeat(150)}`, 'dir/ü'),
    ];
    await pipeline(Readable.from(writeTar(items)), createWriteStream(file));
    const listing = execFileSync('tar', ['-tvf', file, '--numeric-owner', '--utc', '--quoting-style=literal'], {
      encoding: 'utf8',
    });

    expect(
      listing
        .trim()
        .split('\n')
        .map((line) => line.replaceAll(/ +/g, ' ')),
    ).toEqual([
      'drwxrwxrwt 0/0 0 1970-01-01 00:00 dir/',
      '-rw-r--r-- 3000000000/7 7 1970-01-02 00:00 dir/ü',
      '-rw-r--r-- 0/0 0 1969-12-31 00:00 early',
      `lrwxrwxrwx 0/0 0 1970-01-01 00:00 link -> ${'ü'.repeat(80)}`,
      `hrw-r--r-- 0/0 0 1970-01-01 00:00 h${'o'.repeat(150)} link to dir/ü`,
    ]);
  });
});
