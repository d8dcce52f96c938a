import path from 'node:path';
import { directoryItem, fileItem, symlinkItem, type TarItem } from '../../packages/core/src/archive/index.ts';
import { type Architecture, FACTS } from './architecture.ts';
import type { DebianFiles } from './debian-files.ts';
import { readElf, relocated } from './elf.ts';
import { sealedLoader } from './loader.ts';
import { PROGRAMS } from './packages.ts';
import { inOrder, TIME, TOOL, TOOL_FOLDER } from './places.ts';

const FACTS_OF_FILES = { mtime: TIME.seconds };
const PROGRAM = { ...FACTS_OF_FILES, mode: 0o755 };
const CERTIFICATE = /^usr\/share\/ca-certificates\/.*\.crt$/;
/** Node looks into `/etc/ssl` unless it is told where: a builder's settings could name code to load. */
const OPENSSL = '# Nothing is set here, and the settings in /etc/ssl are not read.\n';
const COMMON_LICENCES = 'usr/share/common-licenses/';

const ACCOUNTS = {
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  'etc/passwd': `root:x:0:0:root:/${TOOL.home}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n`,
};

/** Files outside of the tool folder, for a build over the root to know what is the image's and what a CI has put there. Links need no name. */
export const OUTSIDE = Object.keys(ACCOUNTS).map((file) => `/${file}`);

/** What the layer is made of. */
export interface SystemParts {
  readonly architecture: Architecture;
  readonly files: DebianFiles;
  /** Names of packages, whose licences are passed on. */
  readonly packages: readonly string[];
  readonly applets: readonly string[];
  /** Programs of other layers that need libraries. */
  readonly others: readonly Buffer[];
}

/** The lowest layer: shell, small programs, C library and certificates, which only Debian's updates change. */
export function systemItems(parts: SystemParts): readonly TarItem[] {
  const { architecture, files, others } = parts;
  const programs = PROGRAMS.map((file) => [path.basename(file), files.read(file)] as const);
  return inOrder([
    ...folders(),
    ...shell(parts),
    ...programs.map(([name, bytes]) => programItem(`${TOOL.programs}/${name}`, relocatedProgram(bytes, architecture))),
    ...libraryItems(architecture, files, [...programs.map(([, bytes]) => bytes), ...others]),
    ...Object.entries(ACCOUNTS).map(([file, text]) => fileItem(file, text, FACTS_OF_FILES)),
    fileItem(TOOL.certificates, certificates(files), FACTS_OF_FILES),
    fileItem(TOOL.openssl, OPENSSL, FACTS_OF_FILES),
    ...licenceItems(parts),
  ]);
}

/** A program that works wherever the image's loader and libraries are, whatever is in `/lib`. */
export function relocatedProgram(program: Buffer, architecture: Architecture): Buffer {
  return relocated(program, `/${TOOL.libraries}/${FACTS[architecture].loader}`, `/${TOOL.libraries}`);
}

export function programItem(place: string, bytes: Buffer): TarItem {
  return fileItem(place, bytes, PROGRAM);
}

/** Clusters that choose users give them group 0: to them and to root belong the folders in which something may be written. */
function folders(): readonly TarItem[] {
  const names = ['bin', 'etc', 'opt', TOOL_FOLDER, TOOL.programs, TOOL.libraries, TOOL.licences];
  const licences = `${TOOL.licences}/common-licenses`;
  return [
    ...[...names, path.dirname(TOOL.certificates), licences].map((name) => directoryItem(name, FACTS_OF_FILES)),
    ...[TOOL.home, TOOL.work].map((name) => directoryItem(name, { ...FACTS_OF_FILES, mode: 0o775 })),
    directoryItem('tmp', { ...FACTS_OF_FILES, mode: 0o1777 }),
  ];
}

/** A static shell; what util-linux and zstd have better is not taken from it. */
function shell({ files, applets }: SystemParts): readonly TarItem[] {
  const others = new Set(['busybox', ...PROGRAMS.map((file) => path.basename(file))]);
  const names = applets.filter((name) => !others.has(name));
  return [
    programItem(`${TOOL.programs}/busybox`, files.read('usr/bin/busybox')),
    ...names.map((name) => symlinkItem(`${TOOL.programs}/${name}`, 'busybox', FACTS_OF_FILES)),
    symlinkItem('bin/sh', `/${TOOL.programs}/busybox`, FACTS_OF_FILES),
  ];
}

function libraryItems(architecture: Architecture, files: DebianFiles, programs: readonly Buffer[]): readonly TarItem[] {
  const { loader, triplet } = FACTS[architecture];
  const found = new Map<string, Buffer>();
  const visit = (bytes: Buffer): void => {
    for (const name of readElf(bytes)?.needed ?? []) {
      if (found.has(name)) continue;
      const library = files.read(`usr/lib/${triplet}/${name}`);
      found.set(name, library);
      visit(library);
    }
  };
  programs.forEach(visit);
  found.set(loader, sealedLoader(files.read(`usr/lib/${triplet}/${loader}`), architecture));
  return [...found].map(([name, bytes]) => programItem(`${TOOL.libraries}/${name}`, bytes));
}

function certificates(files: DebianFiles): Buffer {
  const parts = files.paths.filter((file) => CERTIFICATE.test(file)).map((file) => files.read(file));
  return Buffer.concat(parts);
}

/** What the packages say about themselves, and the texts that they refer to. */
function licenceItems({ files, packages }: SystemParts): readonly TarItem[] {
  const texts = files.paths.filter((file) => file.startsWith(COMMON_LICENCES));
  return [
    ...packages.map((name) => [`${name}.txt`, files.read(`usr/share/doc/${name}/copyright`)] as const),
    ...texts.map((file) => [`common-licenses/${path.basename(file)}`, files.read(file)] as const),
  ].map(([name, text]) => fileItem(`${TOOL.licences}/${name}`, text, FACTS_OF_FILES));
}
