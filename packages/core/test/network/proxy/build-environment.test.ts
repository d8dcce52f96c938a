import { describe, expect, it } from 'vitest';
import { type BuildProxyInputs, buildProxyEnvironment, readProxySettings } from '../../../src/network/proxy/index.ts';

type Environment = Readonly<Record<string, string>>;

function upperCase(environment: Environment, inputs: BuildProxyInputs = {}, more = {}) {
  const variables = buildProxyEnvironment({ settings: readProxySettings({}, environment), inputs, ...more });
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

  it('is the relay where there is one, unless the user says another', () => {
    const relays = { http: 'http://127.0.0.1:1', https: 'http://127.0.0.1:2' };
    const environment = { HTTP_PROXY: 'u:canary@a', HTTPS_PROXY: 'u:canary@a' };
    expect(upperCase(environment, { 'build-http-proxy': 'b:1' }, { relays })).toMatchObject({
      HTTP_PROXY: 'http://b:1',
      HTTPS_PROXY: 'http://127.0.0.1:2',
    });
  });

  it('has the names of the cluster when asked', () => {
    expect(upperCase({ HTTP_PROXY: 'a' }, {}, { cluster: { KUBERNETES_SERVICE_HOST: '10.96.0.1' } })).toMatchObject({
      NO_PROXY: `${DIRECT},kubernetes.default,.svc,.cluster.local,10.96.0.1`,
    });
  });

  it('is never a password, even when the user gives one', () => {
    const read = () => upperCase({}, { 'build-http-proxy': 'http://u:canary@a', 'build-https-proxy': 'x y' });
    expect(read).toThrow(/^build-http-proxy: "http:\/\/a:80" .*\nbuild-https-proxy: /);
    expect(read).not.toThrow('canary');
  });
});
