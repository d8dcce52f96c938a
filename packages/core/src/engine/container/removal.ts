import { BuildpacksError } from '../../errors/index.ts';
import type { Clock } from '../../ports/index.ts';
import { type ContainerClient, reasonOf } from './client.ts';

/** A removal that is under way already, or a mount that is still busy, is over after moments. In milliseconds. */
const PAUSE = 100;
const ATTEMPTS = 50;
const PATIENCE = 30_000;

/**
 * Kills the container if it runs, and removes it with its anonymous volumes; well if there is none. Not stopped gently first: nothing
 * that it would write then is wanted, and a CI gives a cancelled job only seconds.
 *
 * @throws BuildpacksError `engine` when it is still there after several seconds
 */
export async function removeContainer(client: ContainerClient, name: string, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await client.run(['rm', '--force', '--volumes', name], { signal: AbortSignal.timeout(PATIENCE) });
    if (outcome.status === 0 || /no such container|no container with/i.test(outcome.stderr)) return;
    if (attempt === ATTEMPTS) {
      throw new BuildpacksError('engine', `the container "${name}" can't be removed: ${reasonOf(outcome)}`, {
        hint: `Remove it with "${client.facts.program} rm -f -v ${name}".`,
      });
    }
    await clock.sleep(PAUSE);
  }
}
