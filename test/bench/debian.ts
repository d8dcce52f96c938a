import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Apt, privateApt } from '../../scripts/tool-image/apt.ts';
import { kept, keyOf } from './cache.ts';
import { isMissingProgram } from './command.ts';

/** The Debian or Ubuntu packages that the bench's images are made of, as files. */
export interface DebianPackages {
  /** `/etc/os-release` of this machine: `debian`, `12`. */
  readonly distribution: { readonly name: string; readonly version: string };
  readonly run: readonly string[];
  readonly build: readonly string[];
  readonly helper: readonly string[];
}

/** What apps of the samples need: a shell, the C++ library (Node.js), certificates. */
const RUN = [
  'base-files',
  'bash',
  'ca-certificates',
  'coreutils',
  'dash',
  'libatomic1',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'mawk',
];
/** What buildpacks' scripts use besides. */
const BUILD = [...RUN, 'findutils', 'grep', 'gzip', 'jq', 'procps', 'sed', 'tar', 'util-linux'];
/** What GitLab's runner needs outside of a job's own image: it clones, and packs caches and artifacts. */
const HELPER = [...RUN, 'findutils', 'git', 'grep', 'gzip', 'hostname', 'sed', 'tar'];
/** Each by the name of the file that lists what apt has found for it. */
const SETS = { run: RUN, build: BUILD, helper: HELPER } as const;
/** Wanted only by scripts that run at installation or that we don't run: apt is told that they are there already. */
const PRETENDED = [
  'adduser',
  'debconf',
  'debianutils',
  'dpkg',
  'init-system-helpers',
  'install-info',
  'liberror-perl',
  'openssl',
  'passwd',
  'perl',
  'perl-base',
];

/**
 * Downloads the packages and what they depend on, once, with apt and the machine's own sources, but with state and cache
 * folders of our own: it changes nothing on the machine.
 *
 * @throws Error saying what is missing on a machine without apt
 */
export async function debianPackages(): Promise<DebianPackages> {
  const distribution = await readDistribution();
  const key = keyOf(distribution, process.arch, SETS, PRETENDED);
  const directory = await kept(`debian/${distribution.name}-${distribution.version}-${key}`, download);
  const [run, build, helper] = await Promise.all([
    readList(directory, 'run'),
    readList(directory, 'build'),
    readList(directory, 'helper'),
  ]);
  return { distribution, run, build, helper };
}

async function download(directory: string): Promise<void> {
  process.stderr.write('bench: downloading Debian packages for the run and build images (once)\n');
  const [state, archives] = [path.join(directory, 'state'), path.join(directory, 'archives')];
  await mkdir(path.join(archives, 'partial'), { recursive: true });
  const apt = await privateApt(state, PRETENDED.map(installed).join('\n'), [`Dir::Cache::archives=${archives}`]);
  await apt(['update']).catch(needsApt);
  // All before the first download: apt no longer names what it has.
  for (const [set, names] of Object.entries(SETS)) {
    await writeFile(path.join(directory, set), (await resolve(apt, names)).join('\n'));
  }
  for (const names of Object.values(SETS)) await apt([...INSTALL, '--download-only', ...names]);
  await rm(state, { recursive: true });
}

const INSTALL = ['install', '--yes', '--no-install-recommends'];

function needsApt(cause: unknown): never {
  if (!isMissingProgram(cause)) throw cause;
  throw new Error('the test bench makes its images from Debian packages and needs apt-get: use Debian or Ubuntu', {
    cause,
  });
}

/** One entry of dpkg's status file, with a version that satisfies every dependency. */
function installed(name: string): string {
  const fields = { Package: name, Status: 'install ok installed', Architecture: 'all', 'Multi-Arch': 'foreign' };
  const provided = name === 'debconf' ? 'Provides: debconf-2.0\n' : '';
  const lines = Object.entries({ ...fields, Version: '9999', Maintainer: 'bench', Description: 'pretended' });
  return `${lines.map(([field, value]) => `${field}: ${value}\n`).join('')}${provided}`;
}

/** The file names of the packages and of all that they depend on; lines such as `'http://…' libc6_2.36_amd64.deb 2759320 MD5Sum:…`. */
async function resolve(apt: Apt, names: readonly string[]): Promise<readonly string[]> {
  const printed = await apt([...INSTALL, '--print-uris', ...names]);
  const files = printed.split('\n').map((line) => /^'[^']+' (\S+\.deb) /.exec(line)?.[1]);
  return files.filter((file) => file !== undefined).sort();
}

async function readList(directory: string, set: keyof typeof SETS): Promise<readonly string[]> {
  const names = (await readFile(path.join(directory, set), 'utf8')).split('\n');
  return names.map((name) => path.join(directory, 'archives', name));
}

async function readDistribution(): Promise<DebianPackages['distribution']> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const value = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? 'unknown';
  return { name: value('ID'), version: value('VERSION_ID') };
}
