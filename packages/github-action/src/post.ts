import {
  BuildpacksError,
  createNetwork,
  formatSize,
  parseConnectionInputs,
  removeLeftovers,
  withDeadline,
} from '@buildpacks-ci/core';
import type { Run } from './action.ts';

/** Set by a step that has written to GitHub's cache. */
export const CACHE_SAVED = 'cache-saved';

/** Milliseconds that a job waits at most for old entries to be removed. */
const PATIENCE = 60_000;

/**
 * What follows the job. What a step has left that was killed is removed; so are cache entries that the step has replaced, which nobody has to
 * wait for.
 */
export async function runPost(run: Run): Promise<void> {
  const { host, log } = run;
  // A folder of this job's alone: in one that belongs to the machine, other builds may be running.
  const { RUNNER_TEMP = '' } = host.environment;
  const left = RUNNER_TEMP === '' ? [] : await removeLeftovers(RUNNER_TEMP, { processes: host.processes, log });
  for (const directory of left) log.info(`removed what a step has left in "${directory}"`);
  await pruneCache(run);
}

async function pruneCache({ inputs, host, log }: Run): Promise<void> {
  const { environment, machine, clock, signal, toolkit } = host;
  const { GITHUB_API_URL: baseUrl = 'https://api.github.com', GITHUB_REPOSITORY = '' } = environment;
  if (toolkit.getState(CACHE_SAVED) === '' || inputs.githubToken === '') return;
  const connection = parseConnectionInputs(inputs.core, {
    environment,
    workingDirectory: machine.workingDirectory,
    now: clock.now(),
  });
  const network = createNetwork({ inputs: connection, environment, home: machine.home, clock, log, signal });
  try {
    const [{ createApi }, { pruneCaches }] = await Promise.all([import('./api.ts'), import('./prune.ts')]);
    const late = () => new BuildpacksError('temporary', 'the removal of old cache entries took more than a minute');
    const pruned = await withDeadline({ milliseconds: PATIENCE, late, clock, signal }, (limited) =>
      pruneCaches(
        createApi({ baseUrl, token: inputs.githubToken, network, signal: limited }),
        GITHUB_REPOSITORY,
        clock.now(),
      ),
    );
    if (pruned === undefined) log.debug('old cache entries stay: the job has no "permissions: actions: write"');
    else if (pruned.entries > 0) log.info(`removed ${pruned.entries} old cache entries, ${formatSize(pruned.bytes)}`);
  } finally {
    await network.close();
  }
}
