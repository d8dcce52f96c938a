import { expect, it } from 'vitest';
import { createApi } from '../src/api.ts';
import { newIndexKey } from '../src/cache/keys.ts';
import { pruneCaches } from '../src/prune.ts';
import { type ApiAnswer, type ApiRequest, type FakeApi, openNetwork, startApi } from './support/fake-api.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;

function open({ baseUrl }: FakeApi) {
  return createApi({ baseUrl, token: 'a-token', network: openNetwork(), signal: new AbortController().signal });
}

const entry = (id: number, key: string, age: number) => ({
  ...{ id, key, ref: 'refs/heads/main', size_in_bytes: 1000 },
  created_at: new Date(NOW - age * DAY).toISOString(),
});
const index = (cache: string) => newIndexKey(cache, [], { run: '1', attempt: '1' });
const ENTRIES = [entry(1, index('a'), 3), entry(2, index('a'), 2), entry(3, index('a'), 1), entry(4, 'node-linux', 9)];

function answerWith(remove: ApiAnswer) {
  return ({ line }: ApiRequest): ApiAnswer =>
    line.startsWith('DELETE') ? remove : { status: 200, json: { total_count: 4, actions_caches: ENTRIES } };
}

it('removes what newer entries of this action have replaced, and nothing of others', async () => {
  const api = await startApi(answerWith({ status: 204 }));
  expect(await pruneCaches(open(api), 'octo/shop', NOW)).toEqual({ entries: 2, bytes: 2000 });
  expect(api.requests.map(({ line }) => line).slice(1)).toEqual([
    'DELETE /repos/octo/shop/actions/caches/1',
    'DELETE /repos/octo/shop/actions/caches/2',
  ]);
  expect(api.requests[0]?.line).toContain('key=buildpacks-ci-');
  expect(api.requests.every(({ headers }) => headers.authorization === 'token a-token')).toBe(true);
});

it('reads all pages of the list', async () => {
  const api = await startApi(({ line }, baseUrl) => {
    if (line.startsWith('DELETE')) return { status: 204 };
    const second = line.includes('page=2');
    const actions_caches = second ? ENTRIES.slice(2) : ENTRIES.slice(0, 2);
    const next = `<${baseUrl}/repos/octo/shop/actions/caches?page=2>; rel="next"`;
    return { status: 200, json: { total_count: 4, actions_caches }, ...(!second && { headers: { link: next } }) };
  });
  expect(await pruneCaches(open(api), 'octo/shop', NOW)).toMatchObject({ entries: 2 });
});

it('goes on when another job was faster', async () => {
  const api = await startApi(answerWith({ status: 404, json: { message: 'Not Found' } }));
  expect(await pruneCaches(open(api), 'octo/shop', NOW)).toMatchObject({ entries: 2 });
});

it.each([401, 403, 404])('does nothing where the token may not list them (%i)', async (status) => {
  const api = await startApi(() => ({ status, json: { message: 'Resource not accessible by integration' } }));
  expect(await pruneCaches(open(api), 'octo/shop', NOW)).toBeUndefined();
});

it('fails where the API does', async () => {
  const api = await startApi(() => ({ status: 500, json: { message: 'trouble' } }));
  await expect(pruneCaches(open(api), 'octo/shop', NOW)).rejects.toMatchObject({ status: 500 });
});

it('gives the token to nobody that the API redirects to', async () => {
  const other = await startApi(() => ({ status: 200, json: {} }));
  const api = await startApi(() => ({ status: 302, headers: { location: `${other.baseUrl}/caches` } }));
  await pruneCaches(open(api), 'octo/shop', NOW).catch(() => undefined);
  expect(other.requests).toEqual([]);
});
