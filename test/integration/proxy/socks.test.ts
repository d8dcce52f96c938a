import { describe, expect, it } from 'vitest';
import { startRudeProxy } from './forward-proxy.ts';
import { ask, plainOrigin, secureOrigin, testAuthority, TIMEOUTS, transportThrough } from './origin.ts';
import { startSocksProxy } from './socks-proxy.ts';

describe('a SOCKS proxy', () => {
  it.each(['socks5', 'socks5h'])('resolves the names itself (%s)', async (protocol) => {
    const proxy = await startSocksProxy({ resolved: '127.0.0.1' });
    const origin = await plainOrigin();
    const url = new URL(`http://only-there.test:${origin.port}/x`);
    const echo = await ask(transportThrough(`${protocol}://${proxy.host}`), url);
    expect([echo.url, echo.headers['host'], ...proxy.seen]).toEqual(['/x', url.host, `name ${url.host}`]);
  });

  it('gets a user and password, byte by byte', async () => {
    const user = 'u:pässword#1';
    const proxy = await startSocksProxy({ user, slow: true });
    const origin = await plainOrigin();
    const transport = transportThrough(`socks5://u:${encodeURIComponent('pässword#1')}@${proxy.host}`);
    expect((await ask(transport, origin, 'text')).body).toBe('text');
    expect(proxy.seen).toEqual([`ipv4 ${origin.host}`]);
  });

  it('carries TLS to the origin', async () => {
    const authority = await testAuthority();
    const proxy = await startSocksProxy({ slow: true });
    const origin = await secureOrigin(authority);
    const transport = transportThrough(`socks5://${proxy.host}`, { ca: authority.certificate });
    expect((await ask(transport, new URL('/x', origin))).url).toBe('/x');
  });

  it('is asked for IPv6 addresses as such', async () => {
    const proxy = await startSocksProxy({ reply: 4 });
    await expect(ask(transportThrough(`socks5://${proxy.host}`), new URL('http://[2001:db8::1]/'))).rejects.toThrow();
    expect(proxy.seen).toEqual(['ipv6 2001:db8:0:0:0:0:0:1:80']);
  });

  it.each([
    [1, 'temporary', 'a failure of its own'],
    [2, 'denied', 'its rules do not allow it'],
    [5, 'temporary', 'the connection was refused'],
    [99, 'denied', 'the unknown reply 99'],
  ])('that answers %i is to blame (%s)', async (reply, code, message) => {
    const proxy = await startSocksProxy({ reply });
    await expect(ask(transportThrough(`socks5://${proxy.host}`), new URL('https://a.test/'))).rejects.toMatchObject({
      name: 'ProxyError',
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['', 'no way to authenticate'],
    ['u:canary@', 'does not accept the user and password'],
  ])('that wants to know who asks refuses "%s"', async (user, message) => {
    const proxy = await startSocksProxy({ user: 'other:one' });
    const failure = ask(transportThrough(`socks5://${user}${proxy.host}`), new URL('https://a.test/'));
    await expect(failure).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['an http server', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak SOCKS 5'],
    ['one that hangs up', '', 'it closed the connection'],
    ['one that hangs up in the middle', '\x05', 'it closed the connection'],
    ['one that says nothing', undefined, 'in time'],
  ])('is not %s', async (_, answer, message) => {
    const proxy = await startRudeProxy(answer);
    const transport = transportThrough(`socks5://${proxy}`, {}, { ...TIMEOUTS, tunnel: 300 });
    await expect(ask(transport, new URL('https://a.test/'))).rejects.toThrow(message);
  });
});
