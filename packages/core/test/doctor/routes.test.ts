import { describe, expect, test } from 'vitest';
import { describeProxies, routeOf } from '../../src/doctor/routes.ts';
import { readProxySettings } from '../../src/network/proxy/index.ts';

const SETTINGS = readProxySettings(
  { 'no-proxy': '.corp, other.example:8443, 10.0.0.0/8' },
  { HTTPS_PROXY: 'http://ann:secret@proxy.corp:3128', http_proxy: 'plain.corp' },
);

describe('describeProxies', () => {
  test('shows where each comes from, and no password', () => {
    expect(describeProxies(SETTINGS)).toEqual({
      http: { address: 'http://plain.corp:80', authenticated: false, source: 'http_proxy' },
      https: { address: 'http://proxy.corp:3128', authenticated: true, source: 'HTTPS_PROXY' },
      noProxy: ['.corp', 'other.example:8443', '10.0.0.0/8'],
    });
  });

  test('shows nothing where nothing is set', () => {
    expect(describeProxies(readProxySettings({}, {}))).toEqual({ noProxy: [] });
  });
});

describe('routeOf', () => {
  test.each([
    ['https://registry.example', { proxy: 'http://proxy.corp:3128', because: 'HTTPS_PROXY' }],
    ['http://registry.example', { proxy: 'http://plain.corp:80', because: 'http_proxy' }],
    ['https://registry.corp:5000', { because: 'no-proxy has ".corp"' }],
    ['https://other.example:8443', { because: 'no-proxy has "other.example:8443"' }],
    ['https://other.example', { proxy: 'http://proxy.corp:3128', because: 'HTTPS_PROXY' }],
    ['https://10.1.2.3', { because: 'no-proxy has "10.0.0.0/8"' }],
    ['https://[::1]:5000', { because: 'this machine is never reached by a proxy' }],
    ['https://localhost:5000', { because: 'this machine is never reached by a proxy' }],
  ])('tells the way to %s and what decides it', (url, route) => {
    expect(routeOf(new URL(url), SETTINGS)).toEqual(route);
  });

  test('tells that no proxy is set for the scheme', () => {
    const settings = readProxySettings({ 'http-proxy': 'proxy.corp' }, {});
    expect(routeOf(new URL('https://registry.example'), settings)).toEqual({ because: 'no proxy is set for https' });
  });

  test('tells of a proxy that nobody can use, without its password', () => {
    const settings = readProxySettings({ 'https-proxy': 'ftp://ann:secret@proxy.corp' }, {});
    expect(routeOf(new URL('https://registry.example'), settings)).toEqual({
      because: 'https-proxy',
      problem: expect.stringMatching(/^(?!.*secret).*unknown kind ftp/) as string,
    });
  });
});
