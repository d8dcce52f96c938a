import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { type CacheService, startCacheService } from '../../bench/cache-service.ts';

/** The service, gone when the test ends. */
export async function cacheService(): Promise<CacheService> {
  const service = await startCacheService();
  onTestFinished(() => service.close());
  return service;
}

/** Sets this process up as a job whose actions use the service, and gives the job's workspace. */
export async function enterJob(
  service: CacheService,
  { version, token = service.token() }: { readonly version: 1 | 2; readonly token?: string },
): Promise<string> {
  const directory = await temporaryDirectory();
  const workspace = path.join(directory, 'work');
  const temporary = path.join(directory, 'temp');
  for (const folder of [workspace, temporary]) await mkdir(folder);
  const variables = {
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temporary,
    ACTIONS_RUNTIME_TOKEN: token,
    ACTIONS_RESULTS_URL: service.url,
    ACTIONS_CACHE_URL: service.url,
    ACTIONS_CACHE_SERVICE_V2: version === 2 ? 'true' : '',
    ACTIONS_CACHE_MODE: '',
    GITHUB_SERVER_URL: version === 2 ? 'https://github.com' : 'https://github.corp',
    no_proxy: '127.0.0.1',
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  // The toolkit prints what a runner would take for commands.
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  return workspace;
}
