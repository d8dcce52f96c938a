import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Architecture } from './architecture.ts';
import { type AptOptions, type Sources, withApt } from './apt.ts';
import { DEBIAN, type Pin, type Pins } from './pins.ts';

/**
 * The pinned packages of an architecture as files, by name: from the cache, from what this machine's apt knows when it is the same Debian,
 * else from Debian's archive of old states. Only their hashes are believed.
 *
 * @param cache a folder in which they are kept
 * @throws Error naming the packages that are nowhere to be had
 */
export async function fetchPackages(
  pins: Pins,
  architecture: Architecture,
  cache: string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = pins.packages[architecture];
  const tried: string[] = [];
  for (const sources of await places(pins)) {
    const missing = missingOf(wanted, cache);
    if (missing.length === 0) break;
    await download(missing, { architecture, sources, scratch: cache }).catch((error: unknown) =>
      tried.push(String(error)),
    );
  }
  const missing = missingOf(wanted, cache).map(([name, { version }]) => `${name} ${version} (${architecture})`);
  if (missing.length > 0) throw new Error(`${lost(missing)}\n${tried.join('\n')}`);
  return new Map(Object.entries(wanted).map(([name, pin]) => [name, fileOf(cache, pin)]));
}

/** What apt would take today. */
export async function newestPackages(
  names: readonly string[],
  architecture: Architecture,
  scratch: string,
): Promise<Readonly<Record<string, Pin>>> {
  const options: AptOptions = { architecture, sources: { kind: 'machine' }, scratch };
  const printed = await withApt(options, (apt) => apt(['download', '--print-uris', ...names]));
  const pins = new Map(printed.split('\n').flatMap(parseLine));
  const unknown = names.filter((name) => !pins.has(name));
  if (unknown.length > 0) throw new Error(`apt knows no file of ${unknown.join(', ')}: ${printed}`);
  return Object.fromEntries([...pins].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lines such as `'http://…' libc6_2.36-9_amd64.deb 2759320 SHA256:…`; the colon of a version is escaped in names of files. */
function parseLine(line: string): readonly (readonly [string, Pin])[] {
  const [, name, version, sha256] = /^'[^']+' ([^_]+)_([^_]+)_\S+ \d+ SHA256:([0-9a-f]{64})$/.exec(line) ?? [];
  if (name === undefined || version === undefined || sha256 === undefined) return [];
  return [[name, { version: decodeURIComponent(version), sha256 }]];
}

async function places({ snapshot }: Pins): Promise<readonly Sources[]> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const same = release.includes(`\nID=${DEBIAN.name}\n`) && release.includes(`\nVERSION_ID="${DEBIAN.version}"\n`);
  return [...(same ? [{ kind: 'machine' } as const] : []), { kind: 'snapshot', time: snapshot }];
}

/** Puts what it gets into the cache by its hash, whether or not that is the wanted one. */
async function download(missing: readonly (readonly [string, Pin])[], options: AptOptions): Promise<void> {
  const { scratch: cache } = options;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'download-'));
  try {
    await withApt(options, (apt) =>
      apt(['download', ...missing.map(([name, { version }]) => `${name}=${version}`)], folder),
    );
    for (const name of await readdir(folder)) {
      const file = path.join(folder, name);
      const sha256 = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      await rename(file, fileOf(cache, { sha256 }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function missingOf(wanted: Readonly<Record<string, Pin>>, cache: string): readonly (readonly [string, Pin])[] {
  return Object.entries(wanted).filter(([, pin]) => !existsSync(fileOf(cache, pin)));
}

function fileOf(cache: string, { sha256 }: Pick<Pin, 'sha256'>): string {
  return path.join(cache, `${sha256}.deb`);
}

function lost(missing: readonly string[]): string {
  return `these packages of image/packages.json can't be had any more, or have other bytes: ${missing.join(', ')}. On Debian ${DEBIAN.version}, "npm run image:pins" renews the pins.`;
}
