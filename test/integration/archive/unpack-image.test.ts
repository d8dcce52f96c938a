import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  compressionOf,
  decompressed,
  directoryItem,
  extractTar,
  fileItem,
  hardlinkItem,
  symlinkItem,
  type TarItem,
  unpackImage,
} from '../../../packages/core/src/archive/index.ts';
import type { Descriptor } from '../../../packages/core/src/image/manifest.ts';
import type { Image } from '../../../packages/core/src/image/source.ts';
import { layoutImage, openLayout, writeLayout } from '../../../packages/core/src/layout/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { imageWith } from '../../../packages/core/test/archive/image.ts';
import { tarOf } from '../../../packages/core/test/archive/support.ts';
import { linux } from '../../bench/image.ts';
import { type BenchImage, buildpackDirectory, makeBuilder, makeRunImage } from '../../bench/images.ts';
import { treeFacts, withoutFolderTimes } from './tree.ts';

const MAX_LAYER = 1024 ** 3;
/** Some hundred megabytes, twice; and the container engine may be busy. */
const LONG = 180_000;
const OWNERS = process.getuid?.() === 0;

function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'unpack-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

const file = (name: string, content = name, mode = 0o644) => fileItem(name, content, { mode, mtime: 1000 });
const directory = (name: string, mode = 0o755) => directoryItem(name, { mode, mtime: 2000 });
const link = (name: string, target: string) => symlinkItem(name, target, { mtime: 3000 });
const whiteout = (name: string) => fileItem(name, '', { mtime: 4000 });

/** Layers on which unpackers have differed; each with its folders listed, as image builders do. */
const IMAGES: Readonly<Record<string, readonly (readonly TarItem[])[]>> = {
  'files, folders, links, owners': [
    [
      directory('a', 0o750),
      file('a/x', 'x', 0o711),
      fileItem('a/y', 'y', { uid: 1001, gid: 1002, mtime: 5 }),
      link('a/l', 'x'),
      link('b', '/a'),
      hardlinkItem('a/h', 'a/x', { mode: 0o711, mtime: 1000 }),
    ],
  ],
  'a merged usr that upper layers write through': [
    [
      directory('usr'),
      directory('usr/bin'),
      file('usr/bin/sh'),
      link('bin', 'usr/bin'),
      link('lib', '/usr/lib'),
      directory('usr/lib'),
    ],
    [file('bin/tool'), file('lib/libc')],
  ],
  'replacements of every kind': [
    [directory('d'), file('d/f'), file('f'), link('l', 'd'), directory('e'), file('e/f')],
    [file('d', 'now a file'), directory('f'), directory('l'), file('l/own'), link('e', 'l')],
  ],
  'whiteouts of files, folders and links': [
    [directory('d'), file('d/a'), file('d/b'), directory('d/e'), file('d/e/f'), link('l', 'd'), file('k')],
    [directory('d'), whiteout('d/.wh.a'), whiteout('d/.wh.e'), whiteout('.wh.l')],
    [directory('d'), file('d/a', 'again')],
  ],
  'an opaque folder': [
    [directory('d'), file('d/a'), directory('d/e'), file('d/e/f')],
    [directory('d', 0o700), whiteout('d/.wh..wh..opq'), directory('d/e'), file('d/e/g')],
  ],
  'a folder taken away and brought back': [
    [directory('d', 0o700), file('d/a')],
    [whiteout('.wh.d')],
    [directory('d', 0o711), file('d/b')],
  ],
  'hard links between layers': [
    [directory('d'), file('d/a')],
    [hardlinkItem('h', 'd/a', { mtime: 1000 }), file('d/a', 'new')],
  ],
  'long names, PAX records, set-id bits, odd modes and times': [
    [
      directory('d'.repeat(100)),
      directory(`${'d'.repeat(100)}/${'e'.repeat(200)}`),
      file(`${'d'.repeat(100)}/${'e'.repeat(200)}/${'f'.repeat(255)}`),
      link('l'.repeat(150), `${'t'.repeat(200)}/../ü`),
      fileItem('ü\n\t ', 'odd', { uid: 3_000_000, gid: 4_000_000, mtime: 1.5, userName: 'nobody-knows' }),
      fileItem('setuid', '#!', { mode: 0o6755, mtime: 1000 }),
      fileItem('labelled', '', { mtime: 1000, extended: new Map([['SCHILY.xattr.user.note', Buffer.from('x')]]) }),
      directoryItem('setgid', { mode: 0o2775, mtime: 2000 }),
      directoryItem('sticky', { mode: 0o1777, mtime: 2000 }),
      directoryItem('closed', { mode: 0o000, mtime: 2000 }),
      fileItem('closed/file', 'x', { mode: 0o000, mtime: 1000 }),
      fileItem('early', '', { mtime: 0 }),
    ],
    [
      hardlinkItem('h'.repeat(180), `${'d'.repeat(100)}/${'e'.repeat(200)}/${'f'.repeat(255)}`, { mtime: 1000 }),
      directoryItem('closed', { mode: 0o000, mtime: 2000 }),
      fileItem('closed/second', 'y', { mtime: 1000 }),
    ],
  ],
  'a link to a link as hard link': [[file('a'), link('l', 'a'), hardlinkItem('h', 'l', { mtime: 3000 })]],
};

/** Docker's overlay driver unpacks each layer by itself: it sees neither the links nor the files of the layers below. */
const NOT_FOR_DOCKER: ReadonlySet<string> = new Set([
  'a merged usr that upper layers write through',
  'hard links between layers',
  'long names, PAX records, set-id bits, odd modes and times',
]);

async function ourTree(image: Image): Promise<readonly string[]> {
  const root = temporaryDirectory();
  await unpackImage(image, root, { owners: OWNERS, log: SILENT_LOG, signal: new AbortController().signal });
  return treeFacts(root);
}

const isThere = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;

async function umociTree(image: Image): Promise<readonly string[]> {
  const layout = path.join(temporaryDirectory(), 'layout');
  await writeLayout(layout, [image], { annotations: { 'org.opencontainers.image.ref.name': 'test' } });
  const bundle = path.join(temporaryDirectory(), 'bundle');
  execFileSync('umoci', ['unpack', ...(OWNERS ? [] : ['--rootless']), '--image', `${layout}:test`, bundle], {
    stdio: 'pipe',
  });
  return treeFacts(path.join(bundle, 'rootfs'));
}

/** What the engine adds to a container that it exports, or changes in it. */
const ADDED = /^(?:\.dockerenv|(?:dev|proc|sys)(?:\/.*)?|etc(?:\/(?:hostname|hosts|mtab|resolv\.conf))?) /;

function withoutAdded(facts: readonly string[] = []): readonly string[] {
  return facts.filter((line) => !ADDED.test(line));
}

async function dockerTree(image: Image): Promise<readonly string[]> {
  const tars = await Promise.all(image.manifest.layers.map((layer) => tarOfLayer(image, layer)));
  const tag = `buildpacks-ci-test/unpack:${process.pid}-${Math.random().toString(36).slice(2)}`;
  const names = tars.map((_, index) => `${index}.tar`);
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [tag], Layers: names }]);
  const saved = await tarOf([
    fileItem('config.json', image.configBytes),
    ...tars.map((tar, index) => fileItem(`${index}.tar`, tar)),
    fileItem('manifest.json', manifest),
  ]);
  execFileSync('docker', ['load'], { input: saved, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void execFileSync('docker', ['rmi', '-f', tag], { stdio: 'pipe' }));
  const container = execFileSync('docker', ['create', tag, 'none'], { encoding: 'utf8' }).trim();
  const exported = path.join(temporaryDirectory(), 'exported.tar');
  try {
    execFileSync('docker', ['export', '-o', exported, container]);
  } finally {
    execFileSync('docker', ['rm', '-f', container], { stdio: 'pipe' });
  }
  const root = temporaryDirectory();
  await extractTar(createReadStream(exported), root, { owners: OWNERS });
  return treeFacts(root);
}

async function tarOfLayer({ source }: Image, layer: Descriptor): Promise<Buffer> {
  return buffer(decompressed(await source.open(layer), compressionOf(layer.mediaType), MAX_LAYER));
}

describe('unpackImage gives the same tree as', () => {
  const umoci = isThere('umoci', '--version');
  const docker = isThere('docker', 'version');

  it('at least one tool that this machine has', () => {
    expect(umoci || docker, 'install umoci, or start a docker engine').toBe(true);
  });

  const cases = Object.entries(IMAGES);
  if (umoci) {
    it.each(cases)('umoci, for %s', async (_case, layers) => {
      const image = await imageWith(...layers);

      expect(await ourTree(image)).toEqual(await umociTree(image));
    });
  }
  if (docker) {
    it.each(cases.filter(([name]) => !NOT_FOR_DOCKER.has(name)))('docker, for %s', async (_case, layers) => {
      const image = await imageWith(...layers);

      expect(withoutAdded(await ourTree(image))).toEqual(withoutAdded(await dockerTree(image)));
    });
  }

  describe.each<[string, () => Promise<BenchImage>]>([
    ['builder', makeBenchBuilder],
    ['run image', () => makeRunImage()],
  ])("for the bench's %s", (_name, make) => {
    const read = async () => layoutImage(await openLayout((await make()).layout), linux());
    if (umoci) {
      it('umoci', { timeout: LONG }, async () => {
        const image = await read();

        expect(withoutFolderTimes(await ourTree(image))).toEqual(withoutFolderTimes(await umociTree(image)));
      });
    }
    if (docker) {
      it('docker', { timeout: LONG }, async () => {
        const image = await read();
        const [ours, docker] = [await ourTree(image), await dockerTree(image)].map(withoutFolderTimes);

        expect(withoutAdded(ours)).toEqual(withoutAdded(docker));
      });
    }
  });
});

async function makeBenchBuilder(): Promise<BenchImage> {
  const buildpacks = await Promise.all(['nodejs', 'procfile'].map(buildpackDirectory));
  return makeBuilder({ buildpacks, runImage: 'registry.example/run:1' });
}
