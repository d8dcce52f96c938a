import { describe, expect, it } from 'vitest';
import { plannedProxies } from '../../src/build/proxies.ts';
import { parseConnectionInputs } from '../../src/inputs/index.ts';

type Environment = Readonly<Record<string, string>>;

const connection = parseConnectionInputs(
  { 'http-proxy': 'http://ann:canary@proxy.corp:1', 'https-proxy': 'proxy.corp:2', 'no-proxy': '.corp' },
  { environment: {}, workingDirectory: '/', now: 0 },
);

/** The names of the variables in the plan. */
function names(environment: Environment, network = 'default'): readonly string[] {
  return Object.keys(plannedProxies({ connection, environment, network })).sort();
}

describe('the proxies in the plan', () => {
  it('have no password', () => {
    const proxies = plannedProxies({ connection, environment: {}, network: 'default' });
    expect(proxies).toMatchObject({ HTTP_PROXY: 'http://proxy.corp:1', https_proxy: 'http://proxy.corp:2' });
    expect(JSON.stringify(proxies)).not.toContain('canary');
  });

  it('are none without a network', () => {
    expect(names({}, 'none')).toEqual([]);
  });

  it.each<[Environment, readonly string[]]>([
    [{ HTTP_PROXY: 'http://mine:1' }, ['HTTPS_PROXY', 'NO_PROXY', 'https_proxy', 'no_proxy']],
    [{ no_proxy: '*' }, ['HTTPS_PROXY', 'HTTP_PROXY', 'http_proxy', 'https_proxy']],
    [{ https_proxy: '', HTTP_PROXY: '', NO_PROXY: '' }, []],
  ])('leave to the user what the user sets: %j', (environment, expected) => {
    expect(names(environment)).toEqual(expected);
  });
});
