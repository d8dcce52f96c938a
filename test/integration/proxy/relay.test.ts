import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EVERYWHERE } from '../../../packages/core/src/network/index.ts';
import { parseProxyServer, type Relay, startRelay } from '../../../packages/core/src/network/proxy/index.ts';
import { command } from '../../bench/command.ts';
import { startSquid } from '../../bench/squid.ts';
import { startForwardProxy, startRudeProxy } from './forward-proxy.ts';
import {
  ask,
  contextsOf,
  plainOrigin,
  secureOrigin,
  testAuthority,
  TIMEOUTS,
  transportThrough,
  type Trust,
} from './origin.ts';
import { startSocksProxy } from './socks-proxy.ts';
import { requiresSquid } from '../../support/requires.ts';

interface Started extends Relay {
  readonly warnings: readonly string[];
}

async function relayTo(proxy: string, options: { trust?: Trust; signal?: AbortSignal } = {}): Promise<Started> {
  const warnings: string[] = [];
  const { trust = {}, signal = new AbortController().signal } = options;
  const upstream = parseProxyServer(proxy, 'HTTPS_PROXY');
  const log = { warn: (text: string) => void warnings.push(text), debug: () => undefined };
  const address = '127.0.0.1';
  const relay = await startRelay({
    upstream,
    reach: EVERYWHERE,
    contextFor: contextsOf(trust),
    timeouts: TIMEOUTS,
    address,
    connections: 4,
    log,
    signal,
  });
  onTestFinished(() => relay.close());
  return { ...relay, warnings };
}

describe('the relay', () => {
  it('adds the credential to requests and tunnels', async () => {
    const authority = await testAuthority();
    const proxy = await startForwardProxy();
    const relay = await relayTo(`http://u:p%40@${proxy.url.host}`);
    const transport = transportThrough(relay.url, { ca: authority.certificate });
    const [plain, secure] = [await plainOrigin(), await secureOrigin(authority)];
    const echo = await ask(transport, new URL('/p?q=1', plain), 'text');
    expect([echo.method, echo.url, echo.body, echo.headers['host']]).toEqual(['POST', '/p?q=1', 'text', plain.host]);
    expect((await ask(transport, new URL('/s', secure))).url).toBe('/s');
    const authorization = `Basic ${btoa('u:p@')}`;
    expect(proxy.seen).toEqual([
      { request: `POST ${plain.href}p?q=1`, authorization },
      { request: `CONNECT ${secure.host}`, authorization },
    ]);
  });

  it('takes no credential of the client', async () => {
    const proxy = await startForwardProxy();
    const relay = await relayTo(`http://u:p@${proxy.url.host}`);
    await ask(transportThrough(relay.url.replace('//', '//other:one@')), await plainOrigin());
    expect(proxy.seen.map(({ authorization }) => authorization)).toEqual([`Basic ${btoa('u:p')}`]);
  });

  it('speaks TLS to a proxy that wants it', async () => {
    const authority = await testAuthority();
    const proxy = await startForwardProxy(authority);
    const trust = { ca: authority.certificate };
    const transport = transportThrough((await relayTo(proxy.url.href, { trust })).url, trust);
    expect((await ask(transport, await plainOrigin())).url).toBe('/');
    expect((await ask(transport, await secureOrigin(authority))).url).toBe('/');
  });

  it('leads to a SOCKS proxy', async () => {
    const authority = await testAuthority();
    const proxy = await startSocksProxy({ user: 'u:p' });
    const transport = transportThrough((await relayTo(`socks5://u:p@${proxy.host}`)).url, {
      ca: authority.certificate,
    });
    expect((await ask(transport, await plainOrigin())).url).toBe('/');
    expect((await ask(transport, await secureOrigin(authority))).url).toBe('/');
  });

  it.each(['http', 'https'])('tells of a refused password once, and asks nobody for one (%s)', async (scheme) => {
    const upstream = 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="corp"\r\nContent-Length: 0\r\n\r\n';
    const relay = await relayTo(`http://u:canary@${await startRudeProxy(upstream)}`);
    const url = new URL(`${scheme}://origin.test/`);
    for (const path of ['/1', '/2']) {
      const answer = ask(transportThrough(relay.url), new URL(path, url));
      await expect(answer).rejects.toThrow(scheme === 'https' ? '502 Bad Gateway' : 'is not valid JSON');
    }
    expect(relay.warnings).toEqual([expect.stringMatching(/answers 407 .*Basic "corp"/)]);
    expect(relay.warnings.join()).not.toContain('canary');
  });

  it("passes on a proxy's other refusals", async () => {
    const upstream = 'HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n';
    const relay = await relayTo(`http://${await startRudeProxy(upstream)}`);
    for (const url of ['http://origin.test', 'https://origin.test']) {
      await expect(ask(transportThrough(relay.url), new URL(url))).rejects.toMatchObject({ status: 403 });
    }
  });

  it.each(['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'CONNECT nonsense HTTP/1.1\r\nHost: x\r\n\r\n'])(
    'is a proxy and nothing else: %j',
    async (request) => {
      const proxy = await startForwardProxy();
      const { url } = await relayTo(proxy.url.href);
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
      expect(proxy.seen).toEqual([]);
    },
  );

  it.each<[string, (host: string) => string, string]>([
    ['slashes too many', (host) => `http:///${host}/a`, '/a'],
    ['a user behind the host', (host) => `http://${host}?@evil.test/`, '/?@evil.test/'],
    ['a user before the host', (host) => `http://evil.test@${host}/a`, '/a'],
  ])('gives the proxy no host but the one that it understood: %s', async (_case, target, rest) => {
    const proxy = await startForwardProxy();
    const { url } = await relayTo(proxy.url.href);
    const { host } = await plainOrigin();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`GET ${target(host)} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(proxy.seen.map(({ request }) => request)).toEqual([`GET http://${host}${rest}`]);
    expect(answer).toContain(`"host":"${host}"`);
    expect(answer).not.toContain('"host":"evil.test"');
  });

  it('ends at once with the run, tunnels too', async () => {
    const run = new AbortController();
    const origin = await plainOrigin();
    const { url } = await relayTo((await startForwardProxy()).url.href, { signal: run.signal });
    const client = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    client.write(`CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`);
    await once(client, 'data');
    run.abort();
    await once(client, 'close');
    await expect(ask(transportThrough(url), origin)).rejects.toMatchObject({ name: 'ProxyError' });
  });
});

requiresSquid('the relay in front of squid', () => {
  it('lets curl through, which knows no password', async () => {
    const squid = await startSquid({ users: { u: 'p' } });
    onTestFinished(() => squid.stop());
    const { url } = await relayTo(squid.url);
    const authority = await testAuthority();
    const [plain, secure] = [await plainOrigin(), await secureOrigin(authority)];
    const environment = { http_proxy: url, https_proxy: url, no_proxy: '', NO_PROXY: '' };
    const args = ['--silent', '--fail', '--show-error', '--cacert', authority.certificateFile];
    for (const origin of [plain, secure]) {
      expect(JSON.parse(await command('curl', [...args, origin.href], { environment }))).toMatchObject({ url: '/' });
    }
    const seen = (await squid.requests()).map(({ method, target, status, user }) => [method, target, status, user]);
    expect(seen).toEqual([
      ['GET', plain.href, 200, 'u'],
      ['CONNECT', secure.host, 200, 'u'],
    ]);
  });
});
