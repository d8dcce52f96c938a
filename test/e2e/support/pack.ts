import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';

/**
 * `pack build --publish` as one container with the creator: the peer whose digest is ours. Needs docker. Its layer cache is a folder
 * that goes with the call, as the volumes that it would make for every image name stay behind.
 */
export async function packBuild(image: string, args: readonly string[]): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'e2e-pack-'));
  const cache = path.join(home, 'cache');
  const trust = ['--publish', '--trust-builder', '--trust-extra-buildpacks', '--network', 'host'];
  try {
    await mkdir(cache);
    const place = ['--cache', `type=build;format=bind;source=${cache}`];
    await command(await program('pack'), ['build', image, ...trust, ...place, ...args], {
      environment: { PACK_HOME: home, HOME: home },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
