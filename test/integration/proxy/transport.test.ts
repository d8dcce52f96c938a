import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startForwardProxy, startRudeProxy } from './forward-proxy.ts';
import { ask, plainOrigin, secureOrigin, testAuthority, TIMEOUTS, transportThrough } from './origin.ts';

const QUICK = { ...TIMEOUTS, connect: 300, tunnel: 300 };
const UNKNOWN = new URL('https://origin.test/');

describe('without a proxy', () => {
  it('reaches plain and TLS origins', async () => {
    const authority = await testAuthority();
    const transport = transportThrough(undefined, { ca: authority.certificate });
    for (const origin of [await plainOrigin(), await secureOrigin(authority)]) {
      expect((await ask(transport, new URL('/x', origin), 'text')).body).toBe('text');
    }
  });

  it('shows the client certificate to the origin that it is for', async () => {
    const authority = await testAuthority();
    const { certificate: cert, key } = await authority.issue('client', { client: true });
    const origin = await secureOrigin(authority, { mutual: true });
    const other = await secureOrigin(authority, { mutual: true });
    const client = { host: origin.host, cert, key };
    const transport = transportThrough(undefined, { ca: authority.certificate, client });
    expect((await ask(transport, origin)).url).toBe('/');
    await expect(ask(transport, other)).rejects.toThrow();
  });

  it('refuses an origin that nobody vouches for', async () => {
    const origin = await secureOrigin(await testAuthority());
    await expect(ask(transportThrough(), origin)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});

describe('a proxy that speaks TLS itself', () => {
  it('is trusted by the same list, and leads to both kinds of origins', async () => {
    const authority = await testAuthority();
    const proxy = await startForwardProxy(authority);
    const transport = transportThrough(`https://u:p@${proxy.url.host}`, { ca: authority.certificate });
    const [plain, secure] = [await plainOrigin(), await secureOrigin(authority)];
    expect((await ask(transport, new URL('/p', plain))).url).toBe('/p');
    expect((await ask(transport, new URL('/s', secure))).url).toBe('/s');
    const authorization = `Basic ${btoa('u:p')}`;
    expect(proxy.seen).toEqual([
      { request: `GET ${plain.href}p`, authorization },
      { request: `CONNECT ${secure.host}`, authorization },
    ]);
  });

  it.each(['http', 'https'])('is itself to blame for its certificate, for %s', async (scheme) => {
    const proxy = await startForwardProxy(await testAuthority());
    const failure = ask(transportThrough(proxy.url.href), new URL(`${scheme}://origin.test`));
    await expect(failure).rejects.toMatchObject({
      name: 'ProxyError',
      code: 'registry',
      message: expect.stringContaining(`the certificate of ${proxy.url.host} is not trusted`) as string,
      hint: expect.stringContaining('ca-certificates') as string,
    });
  });

  it('is refused when its certificate is for another host', async () => {
    const authority = await testAuthority();
    const proxy = await startForwardProxy(authority, ['other.test']);
    const transport = transportThrough(proxy.url.href, { ca: authority.certificate });
    await expect(ask(transport, UNKNOWN)).rejects.toThrow('is for other host names');
  });
});

describe('inside a tunnel', () => {
  it("an origin's certificate is the origin's fault", async () => {
    const proxy = await startForwardProxy();
    const origin = await secureOrigin(await testAuthority());
    await expect(ask(transportThrough(proxy.url.href), origin)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it('the client certificate is for the origin', async () => {
    const authority = await testAuthority();
    const { certificate: cert, key } = await authority.issue('client', { client: true });
    const proxy = await startForwardProxy();
    const origin = await secureOrigin(authority, { mutual: true });
    const trust = { ca: authority.certificate, client: { host: origin.host, cert, key } };
    expect((await ask(transportThrough(proxy.url.href, trust), origin)).url).toBe('/');
  });
});

describe('a bare connection', () => {
  it.each(['direct', 'proxied'])('leads to the host before TLS (%s)', async (way) => {
    const proxy = await startForwardProxy();
    const origin = await plainOrigin();
    const transport = transportThrough(way === 'direct' ? undefined : proxy.url.href);
    const socket = await transport.openTo(origin);
    socket.write('GET /bare HTTP/1.0\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
    expect(proxy.seen.map(({ request }) => request)).toEqual(way === 'direct' ? [] : [`CONNECT ${origin.host}`]);
  });
});

describe('a proxy that does not do its work', () => {
  const challenge = (...schemes: readonly string[]) =>
    [
      'HTTP/1.1 407 Proxy Authentication Required',
      ...schemes.map((scheme) => `Proxy-Authenticate: ${scheme}`),
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n');

  it.each([
    ['asks for what we can not do', challenge('Negotiate', 'NTLM'), 'it asks for Negotiate, NTLM', 'denied'],
    ['refuses', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno', 'answers 403 Forbidden', 'denied'],
    ['answers with a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n', 'answers 302 Found', 'registry'],
    ['gets no further', 'HTTP/1.0 504 Gateway Time-out\r\n\r\n', 'answers 504 Gateway Timeout', 'temporary'],
    ['is no proxy', 'SSH-2.0-OpenSSH_9.6\r\n', 'does not speak HTTP', 'registry'],
    ['hangs up', '', 'failed', 'temporary'],
    ['says nothing', undefined, 'did not answer in time', 'temporary'],
  ])('and %s', async (_, answer, message, code) => {
    const proxy = await startRudeProxy(answer);
    await expect(ask(transportThrough(`http://u:canary@${proxy}`, {}, QUICK), UNKNOWN)).rejects.toMatchObject({
      name: 'ProxyError',
      proxy: `http://${proxy}`,
      target: 'origin.test:443',
      message: expect.stringMatching(new RegExp(`${message}.*origin\\.test:443.*HTTPS_PROXY`)) as string,
      code,
    });
  });

  it.each(['http', 'https', 'socks5'])('is named when nobody listens (%s)', async (protocol) => {
    for (const target of ['http://origin.test', 'https://origin.test']) {
      await expect(ask(transportThrough(`${protocol}://127.0.0.1:1`), new URL(target))).rejects.toMatchObject({
        name: 'ProxyError',
        transient: true,
        message: expect.stringContaining(`the proxy ${protocol}://127.0.0.1:1 can't be used`) as string,
      });
    }
  });

  it('is not waited for when the transport is closed', async () => {
    const transport = transportThrough(`http://${await startRudeProxy(undefined)}`, {}, TIMEOUTS);
    const failure = ask(transport, UNKNOWN).catch((error: unknown) => error);
    await transport.close();
    expect(await failure).toBeInstanceOf(Error);
  });
});
