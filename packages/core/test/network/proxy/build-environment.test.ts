import { describe, expect, it } from 'vitest';
import { type BuildProxyInputs, buildProxyEnvironment, readProxySettings } from '../../../src/network/proxy/index.ts';

type Environment = Readonly<Record<string, string>>;

function upperCase(environment: Environment, inputs: BuildProxyInputs = {}) {
  const variables = buildProxyEnvironment({ settings: readProxySettings({}, environment), inputs });
  for (const [name, value] of Object.entries(variables)) {
    expect([variables[name.toLowerCase()], variables[name.toUpperCase()]]).toEqual([value, value]);
  }
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name === name.toUpperCase()));
}

const DIRECT = 'localhost,127.0.0.1,::1';

describe('what buildpacks get', () => {
  it.each<[string, Environment, BuildProxyInputs, Environment]>([
    ['nothing without a proxy', { NO_PROXY: 'a.test' }, {}, {}],
    ['the proxy in full', { HTTPS_PROXY: 'proxy' }, {}, { HTTPS_PROXY: 'http://proxy:80', NO_PROXY: DIRECT }],
    [
      'both without the password',
      { HTTP_PROXY: 'http://u:canary@a:1', HTTPS_PROXY: 'https://u:canary@b' },
      {},
      { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'https://b:443', NO_PROXY: DIRECT },
    ],
    [
      'a list without blanks and repetitions',
      { HTTP_PROXY: 'a', NO_PROXY: ' .corp , localhost,, 10.0.0.0/8' },
      {},
      { HTTP_PROXY: 'http://a:80', NO_PROXY: '.corp,localhost,10.0.0.0/8,127.0.0.1,::1' },
    ],
    [
      'another proxy by input',
      { HTTPS_PROXY: 'u:canary@a' },
      { 'build-https-proxy': 'b:1', 'build-http-proxy': ' ' },
      { HTTPS_PROXY: 'http://b:1', NO_PROXY: DIRECT },
    ],
  ])('is %s', (_, environment, inputs, expected) => {
    expect(upperCase(environment, inputs)).toEqual(expected);
  });

  it('is never a password, even when the user gives one', () => {
    const read = () => upperCase({}, { 'build-http-proxy': 'http://u:canary@a', 'build-https-proxy': 'x y' });
    expect(read).toThrow(/^build-http-proxy: "http:\/\/a:80" .*\nbuild-https-proxy: /);
    expect(read).not.toThrow('canary');
  });
});
