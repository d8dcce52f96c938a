import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors/index.ts';
import { type ProxyInputs, proxyTable, readProxySettings } from '../../../src/network/proxy/index.ts';

type Environment = Readonly<Record<string, string>>;

function routeTo(url: string, inputs: ProxyInputs, environment: Environment = {}) {
  const server = proxyTable(readProxySettings(inputs, environment)).serverFor(new URL(url));
  return server && `${server.host} by ${server.source}`;
}

describe('the proxy in force', () => {
  it.each<[ProxyInputs, Environment, string | undefined]>([
    [{}, {}, undefined],
    [{}, { HTTPS_PROXY: 'upper', https_proxy: 'lower' }, 'upper by HTTPS_PROXY'],
    [{}, { HTTPS_PROXY: '', https_proxy: 'lower' }, 'lower by https_proxy'],
    [{}, { HTTPS_PROXY: ' upper ' }, 'upper by HTTPS_PROXY'],
    [{ 'https-proxy': 'input' }, { HTTPS_PROXY: 'upper' }, 'input by https-proxy'],
    [{ 'https-proxy': '' }, { HTTPS_PROXY: 'upper' }, 'upper by HTTPS_PROXY'],
    [{ 'http-proxy': 'input' }, {}, undefined],
    [{ 'no-proxy': 'registry.test' }, { HTTPS_PROXY: 'upper' }, undefined],
    [{}, { HTTPS_PROXY: 'upper', NO_PROXY: '*' }, undefined],
    [{ 'no-proxy': 'other.test' }, { HTTPS_PROXY: 'upper', NO_PROXY: '*' }, 'upper by HTTPS_PROXY'],
  ])('%j with %j: %s', (inputs, environment, expected) => {
    expect(routeTo('https://registry.test/v2/', inputs, environment)).toBe(expected);
  });

  it('is the same object for each URL', () => {
    const table = proxyTable(readProxySettings({ 'https-proxy': 'proxy' }, {}));
    expect(table.serverFor(new URL('https://a.test'))).toBe(table.serverFor(new URL('https://b.test')));
  });

  it('may come from an input in a CGI program, not from HTTP_PROXY', () => {
    const cgi = { REQUEST_METHOD: 'GET', HTTP_PROXY: 'stranger' };
    expect(routeTo('http://a.test/', { 'http-proxy': 'input' }, cgi)).toBe('input by http-proxy');
    expect(() => routeTo('http://a.test/', {}, cgi)).toThrow('CGI');
  });

  it('is not used for the cluster when asked', () => {
    const environment = { HTTPS_PROXY: 'upper', KUBERNETES_SERVICE_HOST: '10.96.0.1' };
    const table = proxyTable(readProxySettings({}, environment, { cluster: true }));
    for (const host of ['kubernetes.default', 'registry.tools.svc', 'r.svc.cluster.local', '10.96.0.1:6443']) {
      expect(table.serverFor(new URL(`https://${host}/`))).toBeUndefined();
    }
    expect(table.serverFor(new URL('https://registry.test/'))).toBeDefined();
  });
});

describe('values that are no proxy', () => {
  it('are all told at once, with the names of where they come from', () => {
    const read = () => readProxySettings({ 'http-proxy': 'a b' }, { https_proxy: 'http://' });
    expect(read).toThrow(InputError);
    expect(read).toThrow(/^http-proxy: .*\nhttps_proxy: /);
  });

  it('have an unknown scheme only when they are used', () => {
    const table = proxyTable(readProxySettings({}, { HTTP_PROXY: 'foo://host', HTTPS_PROXY: 'proxy' }));
    expect(table.serverFor(new URL('https://a.test'))).toMatchObject({ host: 'proxy' });
    expect(() => table.serverFor(new URL('http://a.test'))).toThrow('the unknown kind foo');
  });
});

describe('the secrets', () => {
  it.each([
    ['http://u:p%40ss@proxy', ['p%40ss', 'p@ss', 'u:p@ss']],
    ['u:p@proxy', ['p', 'u:p']],
    ['http://token@proxy', ['token', 'token:']],
    ['foo://u:p@proxy', ['p', 'u:p']],
    ['http://proxy', []],
  ])('of %s', (value, expected) => {
    expect([...proxyTable(readProxySettings({ 'http-proxy': value }, {})).secrets].sort()).toEqual(expected.sort());
  });
});
