import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/build/plan.ts';
import { scriptSettings } from '../../../src/build/staged/settings.ts';

const ENVIRONMENT = {
  CNB_LAYOUT_DIR: '/buildpacks-ci/layout',
  CNB_PLATFORM_DIR: '/platform',
  CNB_ORDER_PATH: '/buildpacks-ci/config/order.toml',
  CNB_APP_DIR: '/workspace',
  CNB_REPORT_PATH: '/layers/report.toml',
  CNB_RUN_IMAGE: 'registry.example/platform:1',
  HTTP_PROXY: '/platform',
};

function planWith(environment: Readonly<Record<string, string>>, write?: boolean): Plan {
  const cache = write === undefined ? {} : { cache: { write } };
  return {
    builder: { user: { uid: 1001, gid: 1000 } },
    lifecycle: { environment },
    ...cache,
  } as unknown as Plan;
}

const linesOf = (plan: Plan, image: readonly string[] = []) =>
  (scriptSettings({ plan, image, terms: { otherUser: 'ask' } })['environment'] ?? '').split('\n').slice(0, -1);

describe('the settings of the script', () => {
  it('name what the container has in places that its user can make', () => {
    expect(linesOf(planWith(ENVIRONMENT)).slice(2)).toEqual([
      'CNB_LAYOUT_DIR=/tmp/buildpacks-ci/layout',
      'CNB_PLATFORM_DIR=/tmp/buildpacks-ci/platform',
      'CNB_ORDER_PATH=/tmp/buildpacks-ci/config/order.toml',
      'CNB_APP_DIR=/workspace',
      'CNB_REPORT_PATH=/layers/report.toml',
      'CNB_RUN_IMAGE=registry.example/platform:1',
      'HTTP_PROXY=/platform',
    ]);
  });

  it('have the environment in the order in which engines apply it, so that the last of a name counts', () => {
    const lines = linesOf(planWith({ A: 'run' }), ['PATH=/image', 'A=image', 'EMPTY', 'TEXT=a=b $(c) "d"']);
    expect(lines).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOSTNAME=buildpacks-ci',
      'PATH=/image',
      'A=image',
      'EMPTY=',
      'TEXT=a=b $(c) "d"',
      'A=run',
    ]);
  });

  it('refuse a variable that has several lines', () => {
    expect(() => linesOf(planWith({}), ['SECOND=a\nCNB_APP_DIR=/planted'])).toThrow(
      'the builder\'s variable "SECOND" has several lines',
    );
  });

  it.each([
    [undefined, false],
    [false, false],
    [true, true],
  ])('ask for the cache when its being written is %s: %s', (write, isAsked) => {
    const settings = scriptSettings({ plan: planWith({}, write), image: [], terms: { otherUser: 'ask' } });
    expect('keep-cache' in settings).toBe(isAsked);
  });

  it.each([
    ['no limit', undefined, {}],
    [
      'a limit',
      { bytes: 7, input: 'artifact-limit', advice: 'raise it' },
      { limit: '7\n', 'limit-input': 'artifact-limit\n', 'limit-advice': 'raise it\n' },
    ],
  ])('tell the user that is planned, and %s, in the words of the adapter', (_case, limit, files) => {
    const terms = { otherUser: 'ask the cluster', ...(limit && { limit }) };
    expect(scriptSettings({ plan: planWith({}), image: [], terms })).toEqual({
      environment: expect.any(String) as string,
      user: '1001:1000\n',
      'other-user': 'ask the cluster\n',
      ...files,
    });
  });
});
