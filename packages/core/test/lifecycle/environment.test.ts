import { describe, expect, it } from 'vitest';
import { configFileName, type CreatorRun, creatorInvocation } from '../../src/lifecycle/environment.ts';

const RUN: CreatorRun = {
  platformApi: '0.15',
  user: { uid: 1001, gid: 1002 },
  runImage: 'index.docker.io/acme/run:1',
  logLevel: 'info',
  colours: 'strip',
  overrides: [],
  clearCache: false,
};

function environment(run: Partial<CreatorRun> = {}) {
  return creatorInvocation({ ...RUN, ...run }).environment;
}

describe('the creator', () => {
  it('runs in layout mode with everything by environment', () => {
    expect(creatorInvocation(RUN)).toEqual({
      command: ['/cnb/lifecycle/creator', 'out.invalid/app:1'],
      environment: {
        CNB_PLATFORM_API: '0.15',
        CNB_EXPERIMENTAL_MODE: 'quiet',
        CNB_USE_LAYOUT: 'true',
        CNB_LAYOUT_DIR: '/buildpacks-ci/layout',
        CNB_RUN_IMAGE: 'index.docker.io/acme/run:1',
        CNB_PREVIOUS_IMAGE: 'prev.invalid/app:1',
        CNB_USER_ID: '1001',
        CNB_GROUP_ID: '1002',
        CNB_APP_DIR: '/workspace',
        CNB_LAYERS_DIR: '/layers',
        CNB_PLATFORM_DIR: '/platform',
        CNB_CACHE_DIR: '/buildpacks-ci/cache',
        CNB_REPORT_PATH: '/layers/report.toml',
        CNB_LOG_LEVEL: 'info',
        CNB_NO_COLOR: 'true',
        CNB_EXEC_ENV: 'production',
      },
    });
  });

  it.each<[string, Partial<CreatorRun>, Readonly<Record<string, string>>]>([
    ['the process', { processType: 'web' }, { CNB_PROCESS_TYPE: 'web' }],
    ['no restore', { clearCache: true }, { CNB_SKIP_RESTORE: 'true' }],
    ['the creation time', { creationTime: 1_700_000_000.9 }, { SOURCE_DATE_EPOCH: '1700000000' }],
    ['the epoch itself', { creationTime: 0 }, { SOURCE_DATE_EPOCH: '0' }],
    ['colours', { colours: 'keep' }, { CNB_NO_COLOR: 'false' }],
    ['the environment', { execEnv: 'test' }, { CNB_EXEC_ENV: 'test' }],
    [
      'files of ours',
      { overrides: ['order', 'buildpacks', 'run', 'system', 'projectMetadata'] },
      {
        CNB_ORDER_PATH: '/buildpacks-ci/config/order.toml',
        CNB_BUILDPACKS_DIR: '/buildpacks-ci/config/buildpacks',
        CNB_RUN_PATH: '/buildpacks-ci/config/run.toml',
        CNB_SYSTEM_PATH: '/buildpacks-ci/config/system.toml',
        CNB_PROJECT_METADATA_PATH: '/buildpacks-ci/config/project-metadata.toml',
      },
    ],
  ])('is told %s', (_, run, expected) => {
    expect(environment(run)).toEqual({ ...environment(), ...expected });
  });

  it.each(['0.12', '0.13', '0.14'] as const)('is told no execution environment under %s', (platformApi) => {
    expect(environment({ platformApi })).not.toHaveProperty('CNB_EXEC_ENV');
    expect(() => environment({ platformApi, execEnv: 'test' })).toThrow(/exec-env: "test" needs Platform API 0\.15/);
  });

  it('finds files where they are written', () => {
    expect(configFileName('order')).toBe('order.toml');
  });
});
