/**
 * Moves a layer cache with `@actions/cache` itself, as a job of GitHub does.
 *
 * Usage: toolkit-program.ts save|restore KEY CACHE TEMPORARY SERVICE TOKEN
 */
import path from 'node:path';
import { restoreCache, saveCache } from '@actions/cache';
import { perform } from './program.ts';

async function main([what, key = '', cache = '', temporary, service, token]: readonly string[]): Promise<void> {
  const workspace = path.dirname(cache);
  Object.assign(process.env, {
    GITHUB_WORKSPACE: workspace,
    GITHUB_SERVER_URL: 'https://github.com',
    RUNNER_TEMP: temporary,
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: service,
    ACTIONS_RUNTIME_TOKEN: token,
  });
  process.chdir(workspace);
  // An entry is found by its paths too: as the user gives them, here as in any workspace.
  const paths = [path.basename(cache)];
  await perform(() =>
    quietly(async () => {
      const isDone = what === 'save' ? (await saveCache(paths, key)) !== -1 : (await restoreCache(paths, key)) === key;
      if (!isDone) throw new Error(`${key} could not be moved`);
    }),
  );
}

/** What the toolkit prints is for a runner; its warnings are told when something failed. */
async function quietly(work: () => Promise<void>): Promise<void> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const printed: string[] = [];
  stdout.write = (text: string | Uint8Array) => {
    printed.push(text.toString());
    return true;
  };
  try {
    await work();
  } catch (error) {
    throw new Error(printed.join(''), { cause: error });
  } finally {
    stdout.write = write;
  }
}

await main(process.argv.slice(2));
