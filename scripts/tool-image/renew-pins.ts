import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../test/bench/command.ts';
import { ARCHITECTURES, ownArchitecture } from './architecture.ts';
import { debianFiles } from './debian-files.ts';
import { fetchPackages, newestPackages } from './debian-packages.ts';
import { LICENCES } from './packages.ts';
import type { Pins } from './pins.ts';

/**
 * The pins of what this machine's apt would take today.
 *
 * @param cache a folder in which downloaded packages are kept
 * @param now in milliseconds since the epoch
 */
export async function renewedPins(cache: string, now: number): Promise<Pins> {
  const snapshot = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const names = Object.keys(LICENCES);
  const packages = await Promise.all(ARCHITECTURES.map((each) => newestPackages(names, each, cache)));
  const [amd64 = {}, arm64 = {}] = packages;
  const pins = { snapshot, applets: [], packages: { amd64, arm64 } };
  return { ...pins, applets: await listApplets(pins, cache) };
}

/** Both architectures have the same ones: they are built from one source with one configuration. */
async function listApplets(pins: Pins, cache: string): Promise<readonly string[]> {
  const packages = await fetchPackages(pins, ownArchitecture(), cache);
  const files = await debianFiles([packages.get('busybox-static') ?? '']);
  const folder = await mkdtemp(path.join(tmpdir(), 'buildpacks-ci-busybox-'));
  try {
    const busybox = path.join(folder, 'busybox');
    await writeFile(busybox, files.read('usr/bin/busybox'), { mode: 0o755 });
    return (await command(busybox, ['--list'])).trim().split('\n').sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}
