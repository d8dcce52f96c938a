import { describe, expect, it } from 'vitest';
import { buffer } from 'node:stream/consumers';
import type { Credential } from '../../src/auth/index.ts';
import { type Exchange, type FakeRegistry, reply, startFakeRegistry } from './fake-registry.ts';
import { failureOf, setup } from './setup.ts';

const ALICE: Credential = { kind: 'basic', username: 'alice', password: 's3cret' };
const BASIC = `Basic ${Buffer.from('alice:s3cret').toString('base64')}`;

interface TokenRules {
  /** Decides about a token request; default: everything is granted. */
  readonly grant?: (exchange: Exchange) => boolean | Promise<boolean>;
  readonly expiresIn?: number;
  /** The scope that the challenge names; default: none. */
  readonly demand?: string;
}

/** A registry that wants a token for everything; a token's text is the scopes it was asked for and a number. */
function startTokenRegistry(rules: TokenRules = {}): Promise<FakeRegistry> {
  const valid = new Set<string>();
  return startFakeRegistry(async (exchange) => {
    const { url, authorization } = exchange;
    if (url.pathname === '/token') {
      if (rules.grant !== undefined && !(await rules.grant(exchange))) return reply(exchange, 401);
      const token = `${url.searchParams.getAll('scope').join('+')}#${valid.size}`;
      valid.add(token);
      return reply(exchange, 200, {}, JSON.stringify({ token, expires_in: rules.expiresIn ?? 300 }));
    }
    const token = authorization?.replace('Bearer ', '') ?? '';
    const write = exchange.method !== 'GET' && exchange.method !== 'HEAD';
    if (valid.has(token) && (!write || token.includes('push'))) return false;
    const scope = rules.demand === undefined ? '' : `,scope="${rules.demand}"`;
    return reply(exchange, 401, {
      'www-authenticate': `Bearer realm="http://${url.host}/token",service="fake"${scope}`,
    });
  });
}

describe('a registry that asks for nothing', () => {
  it('gets a single request', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup();
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(client.traffic().requests).toBe(1);
  });

  it('is asked once whether it wants the credential that there is', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup({ credential: ALICE });
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    await client.hasBlob(registry.repository('app'), digest);
    expect(registry.lines()).toEqual(['GET /v2/', `HEAD /v2/app/blobs/${digest}`, `HEAD /v2/app/blobs/${digest}`]);
    expect(registry.exchanges.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined]);
  });
});

describe('basic authentication', () => {
  const protect = (exchange: Exchange) =>
    exchange.authorization !== BASIC && reply(exchange, 401, { 'www-authenticate': 'Basic realm="x"' });

  it('is learned once and then sent at once', async () => {
    const registry = await startFakeRegistry(protect);
    const { client } = setup({ credential: ALICE });
    const { digest } = registry.addBlob('x');
    expect(await client.hasBlob(registry.repository('app'), digest)).toBe(true);
    expect(await client.hasBlob(registry.repository('other'), digest)).toBe(true);
    expect(client.traffic().requests).toBe(3);
  });

  it('denies a stranger, and says that there is no credential', async () => {
    const registry = await startFakeRegistry(protect);
    const error = await failureOf(setup().client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(error.code).toBe('denied');
    expect(error.message).toContain('anonymously');
    expect(error.hint).toContain(`docker login ${registry.host}`);
    expect(error.hint).toContain('config.json in DOCKER_CONFIG; in Tekton the workspace dockerconfig');
  });

  it('denies a wrong password after one try with it', async () => {
    const registry = await startFakeRegistry(protect);
    const { client } = setup({ credential: { ...ALICE, password: 'wrong' } });
    const error = await failureOf(client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(error.code).toBe('denied');
    expect(error.message).toContain('with the configured credential');
    expect(registry.lines()).toHaveLength(2);
  });
});

describe('bearer tokens', () => {
  it('are fetched anonymously without a credential', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    expect(await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest)).toBe(true);
    const token = registry.exchanges[1];
    expect(token?.authorization).toBeUndefined();
    expect(token?.url.search).toBe('?service=fake&scope=repository%3Aapp%3Apull');
  });

  it('are fetched with the credential, which goes to the token service only', async () => {
    const registry = await startTokenRegistry({ grant: ({ authorization }) => authorization === BASIC });
    const { client } = setup({ credential: ALICE });
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    const carriers = registry.exchanges.filter(({ authorization }) => authorization === BASIC);
    expect(carriers.map(({ line }) => line)).toEqual(['GET /token']);
  });

  it('are reused for the same repository', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    await client.hasBlob(registry.repository('app'), digest);
    expect(client.traffic().requests).toBe(4);
  });

  it('are fetched once by parallel calls, of which only the first is refused', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    const { digest } = registry.addBlob('x');
    await Promise.all(Array.from({ length: 10 }, () => client.hasBlob(registry.repository('app'), digest)));
    expect(registry.lines().filter((line) => line === 'GET /token')).toHaveLength(1);
    expect(client.traffic().requests).toBe(12);
  });

  it('for pushing serve reading as well', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    await client.checkPush(registry.repository('app'));
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(registry.lines().filter((line) => line === 'GET /token')).toHaveLength(1);
  });

  it('for pushing that are on their way are waited for by readers', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    const { digest } = registry.addBlob('x');
    await Promise.all([
      client.checkPush(registry.repository('app')),
      client.hasBlob(registry.repository('app'), digest),
    ]);
    expect(registry.lines().filter((line) => line === 'GET /token')).toHaveLength(1);
  });

  it('for pushing that are refused leave readers to ask for less', async () => {
    const registry = await startTokenRegistry({ grant: ({ url }) => !url.search.includes('push') });
    const { client } = setup();
    const { digest } = registry.addBlob('x');
    const pushing = failureOf(client.checkPush(registry.repository('app')));
    expect(await client.hasBlob(registry.repository('app'), digest)).toBe(true);
    expect((await pushing).code).toBe('denied');
  });

  it('for reading are not used for pushing', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    await client.checkPush(registry.repository('app'));
    expect(scopesAsked(registry)).toEqual([['repository:app:pull'], ['repository:app:pull,push']]);
  });

  it('for a mount name the source too', async () => {
    const registry = await startTokenRegistry();
    const { client } = setup();
    await client.mountBlob(registry.repository('app'), registry.addBlob('x').digest, registry.repository('base'));
    expect(scopesAsked(registry)[0]).toEqual(['repository:app:pull,push', 'repository:base:pull']);
  });

  it('name what the registry demands first', async () => {
    const registry = await startTokenRegistry({ demand: 'registry:special:*' });
    await setup().client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(scopesAsked(registry)).toEqual([['registry:special:*', 'repository:app:pull']]);
  });

  it('are renewed before they expire', async () => {
    const registry = await startTokenRegistry({ expiresIn: 100 });
    const { client, clock } = setup();
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    clock.advance(91_000);
    await client.hasBlob(registry.repository('app'), digest);
    expect(scopesAsked(registry)).toHaveLength(2);
  });

  it('that have expired are renewed once by parallel calls', async () => {
    const registry = await startTokenRegistry({ expiresIn: 100 });
    const { client, clock } = setup();
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    clock.advance(100_000);
    await Promise.all(Array.from({ length: 10 }, () => client.hasBlob(registry.repository('app'), digest)));
    expect(scopesAsked(registry)).toHaveLength(2);
  });

  it('live at least a minute, whatever the server says', async () => {
    const registry = await startTokenRegistry({ expiresIn: 1 });
    const { client, clock } = setup();
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    clock.advance(50_000);
    await client.hasBlob(registry.repository('app'), digest);
    expect(scopesAsked(registry)).toHaveLength(1);
  });

  it('are renewed once when the registry refuses one that seemed good', async () => {
    let issued = 0;
    let revoked = 0;
    const registry = await startFakeRegistry((exchange) => {
      if (exchange.url.pathname === '/token') return reply(exchange, 200, {}, `{"access_token":"${(issued += 1)}"}`);
      const current = exchange.authorization === `Bearer ${issued}` && issued > revoked;
      const challenge = `Bearer realm="http://${exchange.url.host}/token"`;
      return !current && reply(exchange, 401, { 'www-authenticate': challenge });
    });
    const { client } = setup();
    const { digest } = registry.addBlob('x');
    await client.hasBlob(registry.repository('app'), digest);
    revoked = 1;
    expect(await client.hasBlob(registry.repository('app'), digest)).toBe(true);
    expect(issued).toBe(2);
  });

  it('are masked in the log', async () => {
    const registry = await startTokenRegistry();
    const { client, masked } = setup();
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(masked).toEqual(['repository:app:pull#0']);
  });

  it('denied by the token service name the right that was needed', async () => {
    const registry = await startTokenRegistry({ grant: () => false });
    const error = await failureOf(setup({ credential: ALICE }).client.checkPush(registry.repository('app')));
    expect(error.code).toBe('denied');
    expect(error.message).toContain(`push to ${registry.host}/app with the configured credential`);
  });

  it('come from an OAuth2 exchange for an identity token', async () => {
    let form = '';
    const registry = await startTokenRegistry({
      grant: async (exchange) => {
        form = exchange.method === 'POST' ? (await buffer(exchange.request)).toString() : 'no POST';
        return true;
      },
    });
    await setup({ credential: { kind: 'identity-token', token: 'refresh' } }).client.hasBlob(
      registry.repository('app'),
      registry.addBlob('x').digest,
    );
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'buildpacks-ci',
      refresh_token: 'refresh',
      scope: 'repository:app:pull',
      service: 'fake',
    });
  });

  it('come by GET when the token service knows no OAuth2', async () => {
    const identity = await startFakeRegistry((exchange) => {
      if (exchange.method === 'POST') return reply(exchange, 404);
      if (exchange.url.pathname === '/token') return reply(exchange, 200, {}, '{"token":"t"}');
      const challenge = `Bearer realm="http://${exchange.url.host}/token"`;
      return exchange.authorization !== 'Bearer t' && reply(exchange, 401, { 'www-authenticate': challenge });
    });
    const { client } = setup({ credential: { kind: 'identity-token', token: 'refresh' } });
    expect(await client.hasBlob(identity.repository('app'), identity.addBlob('x').digest)).toBe(true);
    const get = identity.exchanges.find(({ line }) => line === 'GET /token');
    expect(get?.authorization).toBe(`Basic ${Buffer.from('<token>:refresh').toString('base64')}`);
  });

  it('are not asked for on another host when the secret is in the body', async () => {
    const away = await startFakeRegistry();
    const registry = await startFakeRegistry((exchange) => {
      if (exchange.url.pathname === '/token') return reply(exchange, 307, { location: `http://${away.host}/token` });
      return reply(exchange, 401, { 'www-authenticate': `Bearer realm="http://${exchange.url.host}/token"` });
    });
    const { client } = setup({ credential: { kind: 'identity-token', token: 'refresh' } });
    await failureOf(client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(away.lines()).toEqual([]);
  });

  it('of a credential that is one are sent at once', async () => {
    const registry = await startFakeRegistry();
    const { client } = setup({ credential: { kind: 'bearer', token: 'ready' } });
    await client.hasBlob(registry.repository('app'), registry.addBlob('x').digest);
    expect(registry.exchanges.map(({ authorization }) => authorization)).toEqual(['Bearer ready']);
  });
});

describe('a token service that may not be used', () => {
  it.each([
    ['link-local', 'http://169.254.169.254/latest'],
    ['private', 'http://10.0.0.1/token'],
    ['written as a number', 'http://2852039166/'],
    ['another scheme', 'file:///etc/passwd'],
    ['with a user', 'http://bob:pw@auth.example/token'],
    ['no URL', 'token'],
  ])('is refused: %s', async (_, realm) => {
    const registry = await startFakeRegistry((exchange) =>
      reply(exchange, 401, { 'www-authenticate': `Bearer realm="${realm}"` }),
    );
    const { client } = setup({ credential: ALICE });
    const error = await failureOf(client.hasBlob(registry.repository('app'), registry.addBlob('x').digest));
    expect(error.code).toBe('registry');
    expect(error.message).toContain('refused');
    expect(error.message).not.toContain('bob:pw');
  });
});

function scopesAsked(registry: FakeRegistry): readonly (readonly string[])[] {
  return registry.exchanges
    .filter(({ url }) => url.pathname === '/token')
    .map(({ url }) => url.searchParams.getAll('scope'));
}
