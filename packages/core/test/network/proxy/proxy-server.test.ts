import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors/index.ts';
import { formatProxy, hidingUser, parseProxyServer } from '../../../src/network/proxy/index.ts';

const CANARY = 'c4n4ry';

function failureOf(value: string): InputError {
  try {
    parseProxyServer(value, 'HTTPS_PROXY');
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error(`"${value}" is accepted`);
}

describe('a proxy', () => {
  it.each([
    ['proxy.corp:3128', { protocol: 'http', host: 'proxy.corp', port: 3128 }],
    ['  http://proxy.corp:3128/\n', { protocol: 'http', host: 'proxy.corp', port: 3128 }],
    ['proxy', { protocol: 'http', host: 'proxy', port: 80 }],
    ['HTTPS://proxy.corp', { protocol: 'https', host: 'proxy.corp', port: 443 }],
    ['socks5h://10.0.0.1', { protocol: 'socks5h', host: '10.0.0.1', port: 1080 }],
    ['socks5://[2001:DB8::1]:9', { protocol: 'socks5', host: '2001:db8::1', port: 9 }],
    ['http://bücher.corp:3128', { protocol: 'http', host: 'xn--bcher-kva.corp', port: 3128 }],
  ])('%j', (value, expected) => {
    expect(parseProxyServer(value, 'HTTP_PROXY')).toEqual({ ...expected, source: 'HTTP_PROXY' });
  });

  it.each([
    ['u:p@proxy', { username: 'u', password: 'p' }],
    ['http://u@proxy', { username: 'u', password: '' }],
    ['http://:p@proxy', { username: '', password: 'p' }],
    ['http://CORP%5Cu:p%40ss%3A%2F%25@proxy', { username: 'CORP\\u', password: 'p@ss:/%' }],
    ['http://u:p@ss:w@proxy', { username: 'u', password: 'p@ss:w' }],
    ['http://@proxy', undefined],
  ])('%s has a user', (value, credential) => {
    expect(parseProxyServer(value, 'HTTP_PROXY').credential).toEqual(credential);
  });
});

describe('no proxy', () => {
  it.each([
    ['http://', 'names no host'],
    ['http://:3128', 'names no host'],
    ['http://proxy corp:3128', 'a blank'],
    ['http://a:3128 http://b:3128', 'a blank'],
    ['http://proxy:99999', 'port'],
    ['http://proxy:0', 'port'],
    ['http://proxy:x', 'port'],
    ['http:/proxy:3128', 'something follows'],
    ['http://proxy/proxy.pac', 'something follows'],
    ['http://[::1', 'no host name'],
    ['::1', 'no brackets'],
    ['http://u:p@2001:db8::1', 'no brackets'],
    ['::1:3128', 'no brackets'],
    ['http://[nonsense]:1', 'no host name'],
    ['http://pro"xy', 'no host name'],
    ['http://proxy\\x', 'no host name'],
    ['http://u:100%@proxy', 'not percent-encoded'],
    ['http://u:pä@proxy', 'not percent-encoded'],
    ['http://u:a/b@proxy', 'ends the host'],
    ['ftp://proxy', 'the unknown kind ftp'],
    [`socks5://u:${'x'.repeat(256)}@proxy`, 'SOCKS'],
  ])('%s: %s', (value, message) => {
    const { problems } = failureOf(value);
    expect(problems).toEqual([
      { input: 'HTTPS_PROXY', message: expect.stringContaining(message) as string, hint: expect.any(String) as string },
    ]);
    expect(problems[0]?.message).toContain(`"${hidingUser(value)}"`);
  });

  it.each([
    `http://u:${CANARY} @proxy`,
    `http://u:${CANARY}/@proxy`,
    `http://u:${CANARY}%@proxy`,
    `http://u:${CANARY}@proxy:x`,
    `http://u:@${CANARY}@proxy/x`,
    `u:${CANARY}`,
    `http://u:${CANARY}`,
    `ftp://u:${CANARY}@proxy`,
    `ftp://${CANARY}@proxy`,
  ])('never shows the password: %s', (value) => {
    const { message, hint = '' } = failureOf(value);
    expect(message + hint).not.toContain(CANARY);
  });

  it('never shows a password, whatever is around it', () => {
    const around = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom('', 'http://', 'socks5://', 'x://'), around, around, (scheme, before, after) => {
        const value = `${scheme}u:${before}${CANARY}${after}@proxy`;
        expect(hidingUser(value)).not.toContain(CANARY);
      }),
    );
  });
});

describe('formatProxy', () => {
  it.each([
    ['u:p@proxy', 'http://proxy:80'],
    ['https://proxy', 'https://proxy:443'],
    ['socks5://[::1]:1', 'socks5://[::1]:1'],
  ])('%s is %s', (value, expected) => {
    expect(formatProxy(parseProxyServer(value, 'HTTP_PROXY'))).toBe(expected);
  });
});
