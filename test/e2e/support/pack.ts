import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';

/** Runs pack with a home of its own. */
export async function pack(args: readonly string[]): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'e2e-pack-'));
  try {
    await command(await program('pack'), args, { environment: { PACK_HOME: home, HOME: home } });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * `pack build --publish` as one container with the creator: the peer whose digest is ours. Needs docker.
 *
 * @param cache the volume of the layer cache (`withCacheVolume`)
 */
export async function packBuild(image: string, args: readonly string[], cache: string): Promise<void> {
  const trust = ['--publish', '--trust-builder', '--trust-extra-buildpacks', '--network', 'host'];
  await pack(['build', image, ...trust, '--cache', `type=build;format=volume;name=${cache}`, ...args]);
}

/** Removes the volume afterwards: pack leaves one behind for every image name. */
export async function withCacheVolume<T>(use: (volume: string) => Promise<T>): Promise<T> {
  const volume = `e2e-${randomUUID()}`;
  try {
    return await use(volume);
  } finally {
    await command('docker', ['volume', 'rm', '--force', volume]);
  }
}
