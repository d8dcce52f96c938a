import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../../bench/command.ts';
import { program } from '../../bench/tools.ts';

/** `pack build --publish` as one container with the creator: the peer whose digest is ours. Needs docker. */
export async function packBuild(image: string, args: readonly string[]): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'e2e-pack-'));
  const trust = ['--publish', '--trust-builder', '--trust-extra-buildpacks', '--network', 'host'];
  try {
    await command(await program('pack'), ['build', image, ...trust, ...args], {
      environment: { PACK_HOME: home, HOME: home },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
