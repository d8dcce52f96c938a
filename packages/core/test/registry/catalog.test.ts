import { describe, expect, it } from 'vitest';
import { formatPrefix, parsePrefix, RegistryError } from '../../src/registry/index.ts';
import { type Exchange, send, startFakeRegistry } from './fake-registry.ts';
import { makeReply } from './fake/reply.ts';
import { failureOf, setup } from './setup.ts';

const SIGNAL = new AbortController().signal;
const NAMES = ['zoo', 'team/web', 'team', 'teams/other', 'team/api/v2', 'Not/A-Name', 'team/../../secret'];

/** A catalogue of two names a page. */
function catalogue(exchange: Exchange): boolean {
  const { pathname, searchParams } = exchange.url;
  if (pathname !== '/v2/_catalog') return false;
  const start = NAMES.indexOf(searchParams.get('last') ?? '') + 1;
  const page = NAMES.slice(start, start + 2);
  const link = `</v2/_catalog?n=2&last=${encodeURIComponent(page.at(-1) ?? '')}>; rel="next"`;
  const headers = { 'content-type': 'application/json', ...(start + 2 < NAMES.length && { link }) };
  send(exchange, makeReply(200, headers, JSON.stringify({ repositories: page })));
  return true;
}

describe('the repositories of a registry', () => {
  it.each([
    ['', ['team', 'team/api/v2', 'team/web', 'teams/other', 'zoo']],
    ['team', ['team', 'team/api/v2', 'team/web']],
    ['team/api', ['team/api/v2']],
    ['nobody', []],
  ])('below "%s", from all pages and without what is no name', async (path, expected) => {
    const { host } = await startFakeRegistry(catalogue);
    const found = await setup().client.repositories({ registry: host, path }, SIGNAL);
    expect(found).toEqual(expected.map((name) => ({ registry: host, path: name })));
  });

  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'registry'],
    [405, 'registry'],
  ])('are not told with status %d: a list is the way round', async (status, code) => {
    const { host } = await startFakeRegistry((exchange) => {
      send(exchange, makeReply(status));
      return true;
    });
    const error = await failureOf(setup().client.repositories({ registry: host, path: 'team' }, SIGNAL));
    expect(error).toBeInstanceOf(RegistryError);
    expect(error).toMatchObject({ code, status, hint: expect.stringContaining('give a list') as string });
  });

  it('are asked for with the scope of the catalogue', async () => {
    const scopes: (string | null)[] = [];
    const { host } = await startFakeRegistry((exchange) => {
      const { pathname, searchParams } = exchange.url;
      if (pathname === '/token') {
        scopes.push(searchParams.get('scope'));
        send(exchange, makeReply(200, { 'content-type': 'application/json' }, JSON.stringify({ token: 'secret-1' })));
        return true;
      }
      if (exchange.request.headers.authorization !== undefined) return catalogue(exchange);
      send(exchange, makeReply(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }));
      return true;
    });
    const found = await setup().client.repositories({ registry: host, path: 'zoo' }, SIGNAL);
    expect({ found: found.length, scopes }).toEqual({ found: 1, scopes: ['registry:catalog:*'] });
  });
});

describe('a prefix', () => {
  it.each([
    ['registry.example', 'registry.example'],
    ['registry.example/', 'registry.example'],
    ['localhost:5000', 'localhost:5000'],
    ['localhost:5000/team/', 'localhost:5000/team'],
    ['registry.example/team/web', 'registry.example/team/web'],
    ['docker.io/team/web', 'index.docker.io/team/web'],
  ])('"%s" is %s', (text, expected) => {
    expect(formatPrefix(parsePrefix(text, 'images'))).toBe(expected);
  });

  it.each(['registry.example/app:1', `registry.example/app@sha256:${'a'.repeat(64)}`, 'registry.example/A', ''])(
    'is not "%s"',
    (text) => {
      expect(() => parsePrefix(text, 'images')).toThrow(`"${text}"`);
    },
  );
});
