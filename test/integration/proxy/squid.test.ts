import { expect, it, onTestFinished } from 'vitest';
import { type Squid, type SquidOptions, startSquid } from '../../bench/squid.ts';
import { ask, plainOrigin, secureOrigin, testAuthority, transportThrough } from './origin.ts';
import { requiresSquid } from '../../support/requires.ts';

const USER = 'builder';
const USERS = { [USER]: 'p@ss:w%rd/#?' };

async function squidWith(options: SquidOptions = {}): Promise<Squid> {
  const squid = await startSquid(options);
  onTestFinished(() => squid.stop());
  return squid;
}

requiresSquid('squid with a password', () => {
  it('leads plain http through in absolute form', async () => {
    const squid = await squidWith({ users: USERS });
    const origin = await plainOrigin();
    const echo = await ask(transportThrough(squid.url), new URL('/a?b=c', origin));
    expect(echo.url).toBe('/a?b=c');
    expect(echo.headers['host']).toBe(origin.host);
    expect(echo.headers).not.toHaveProperty('proxy-authorization');
    const target = `${origin.href}a?b=c`;
    expect(await squid.requests()).toEqual([{ method: 'GET', target, status: 200, user: USER }]);
  });

  it('leads https through a tunnel, once for several requests', async () => {
    const squid = await squidWith({ users: USERS });
    const authority = await testAuthority();
    const origin = await secureOrigin(authority);
    const transport = transportThrough(squid.url, { ca: authority.certificate });
    for (const path of ['/1', '/2', '/3']) expect((await ask(transport, new URL(path, origin))).url).toBe(path);
    await transport.close();
    const tunnel = { method: 'CONNECT', target: origin.host, status: 200, user: USER };
    await expect.poll(() => squid.requests()).toEqual([tunnel]);
  });

  it.each([
    ['http', 'GET'],
    ['https', 'CONNECT'],
  ])('says what it asks for when no user is given for %s', async (scheme) => {
    const squid = await squidWith({ users: USERS });
    const transport = transportThrough(`http://${squid.host}`);
    await expect(ask(transport, new URL(`${scheme}://origin.test/`))).rejects.toMatchObject({
      name: 'ProxyError',
      code: 'denied',
      status: 407,
      proxy: `http://${squid.host}`,
      message: expect.stringContaining('asks for Basic "proxy"') as string,
      hint: expect.stringContaining('user:password@') as string,
    });
  });

  it.each(['http', 'https'])('says that a wrong password is wrong for %s', async (scheme) => {
    const squid = await squidWith({ users: USERS });
    const transport = transportThrough(`http://${USER}:canary-1@${squid.host}`);
    const failure = await ask(transport, new URL(`${scheme}://origin.test/`)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 407, hint: expect.stringContaining('does not accept') as string });
    expect(JSON.stringify([failure, String(failure)])).not.toContain('canary-1');
  });

  it.each(['http', 'https'])('says that a host is forbidden for %s', async (scheme) => {
    const rules = ['acl forbidden dstdomain forbidden.test', 'http_access deny forbidden'];
    const squid = await squidWith({ rules });
    const transport = transportThrough(`http://${squid.host}`);
    await expect(ask(transport, new URL(`${scheme}://forbidden.test/`))).rejects.toMatchObject({
      name: 'ProxyError',
      status: 403,
      transient: false,
      message: expect.stringMatching(/403 Forbidden, ERR_ACCESS_DENIED .*forbidden\.test/) as string,
    });
  });

  it.each(['http', 'https'])('says that it gets no further for %s', async (scheme) => {
    const squid = await squidWith();
    const transport = transportThrough(`http://${squid.host}`);
    await expect(ask(transport, new URL(`${scheme}://127.0.0.1:1/`))).rejects.toMatchObject({
      name: 'ProxyError',
      code: 'temporary',
      transient: true,
      message: expect.stringContaining('503 Service Unavailable, ERR_CONNECT_FAIL') as string,
    });
  });

  it("leaves an origin's own refusal alone", async () => {
    const squid = await squidWith();
    const origin = await plainOrigin((_, response) => response.writeHead(403).end('{}'));
    const answer = await transportThrough(`http://${squid.host}`)
      .dispatcherFor(origin)
      .request({ origin: origin.origin, path: '/', method: 'GET' });
    expect(answer.statusCode).toBe(403);
    expect(await answer.body.text()).toBe('{}');
  });
});
