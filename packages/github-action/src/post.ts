import { createNetwork, formatSize, parseConnectionInputs } from '@buildpacks-ci/core';
import type { Run } from './action.ts';

/** Set by a step that has written to GitHub's cache. */
export const CACHE_SAVED = 'cache-saved';

/** What follows the job: cache entries that the step has replaced are removed, which nobody has to wait for. */
export async function runPost({ inputs, host, log }: Run): Promise<void> {
  const { environment, machine, clock, signal, toolkit } = host;
  const { GITHUB_API_URL: baseUrl = 'https://api.github.com', GITHUB_REPOSITORY = '' } = environment;
  if (toolkit.getState(CACHE_SAVED) === '' || inputs.githubToken === '') return;
  log.mask(inputs.githubToken);
  const connection = parseConnectionInputs(inputs.core, {
    environment,
    workingDirectory: machine.workingDirectory,
    now: clock.now(),
  });
  const network = createNetwork({ inputs: connection, environment, home: machine.home, clock, log, signal });
  try {
    const [{ createApi }, { pruneCaches }] = await Promise.all([import('./api.ts'), import('./prune.ts')]);
    const api = createApi({ baseUrl, token: inputs.githubToken, network, signal });
    const pruned = await pruneCaches(api, GITHUB_REPOSITORY, clock.now());
    if (pruned === undefined) log.debug('old cache entries stay: the job has no "permissions: actions: write"');
    else if (pruned.entries > 0) log.info(`removed ${pruned.entries} old cache entries, ${formatSize(pruned.bytes)}`);
  } finally {
    await network.close();
  }
}
