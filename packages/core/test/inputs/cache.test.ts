import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree, messagesOf, parse, problemsOf } from './support.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SECRET = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const OPEN = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const OPEN_LINE = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

describe('cache-store', () => {
  test('takes several, in order', () => {
    const workingDirectory = makeTree();
    const lines = ['dir:cache', 'registry:Registry.example:5000/team/cache', 'local:/var/cache', 'registry:team/cache'];

    expect(parse({ 'cache-store': lines.join('\n') }, { workingDirectory }).cache.stores).toEqual([
      { kind: 'dir', path: path.join(workingDirectory, 'cache') },
      { kind: 'registry', repository: { registry: 'registry.example:5000', path: 'team/cache' } },
      { kind: 'local', path: '/var/cache' },
      { kind: 'registry', repository: { registry: 'index.docker.io', path: 'team/cache' } },
    ]);
  });

  test('takes the CI’s own where it is offered', () => {
    const cacheStores = ['github'] as const;

    expect(parse({ 'cache-store': 'github' }, { cacheStores }).cache.stores).toEqual([
      { kind: 'host', name: 'github' },
    ]);
  });

  test.each([
    ['github', '"github" can only be used in the GitHub action'],
    ['/var/cache', '"/var/cache" is not a cache store'],
    ['dir:', '"dir:" is not a cache store'],
    ['dir:file', '"file" is no directory'],
    ['local:file', '"file" is no directory'],
    ['dir:~/cache', '"dir:~/cache" begins with "~"'],
    ['registry:a/b:v1', '"a/b:v1" has a tag or a digest, and a cache has tags of its own'],
    [`registry:a/b@sha256:${'0'.repeat(64)}`, 'has a tag or a digest'],
    ['registry:A b', 'is not an image reference'],
  ])('%s is refused', (text, message) => {
    const workingDirectory = makeTree({ file: '' });
    const [problem, ...more] = messagesOf({ 'cache-store': text }, { workingDirectory });

    expect(problem).toContain(`cache-store: `);
    expect(problem).toContain(message);
    expect(more).toEqual([]);
  });
});

const OF_A_URL =
  'A registry is named without a scheme, registry:HOST/REPOSITORY, and an object store only as a folder that is mounted, dir:PATH.';

test.each([
  ['/var/cache', 'Write dir:/var/cache.'],
  ['ghcr.io/team/cache', 'Write registry:ghcr.io/team/cache.'],
  ['s3:bucket', 'Write dir:PATH, registry:REPOSITORY or local:PATH.'],
  ['gs://b', OF_A_URL],
  ['s3://bucket.example/cache', OF_A_URL],
  ['https://ghcr.io/team/cache', OF_A_URL],
])('who writes %s as cache-store is told how', (text, hint) => {
  expect(problemsOf(() => parse({ 'cache-store': text })).map((problem) => problem.hint)).toEqual([hint]);
});

test('a cache-store that is there twice is refused', () => {
  expect(messagesOf({ 'cache-store': 'dir:/a\nregistry:r.example/b\ndir:/a/' })).toEqual([
    'cache-store: "dir:/a" is there more than once',
  ]);
});

describe('cache-max-size', () => {
  test.each([
    ['2GB', 2_000_000_000],
    ['500MB', 500_000_000],
    ['1.5 GiB', 1_610_612_736],
    ['100 kB', 100_000],
    ['4096', 4096],
    ['7b', 7],
    ['2G', 2_000_000_000],
    ['2Gi', 2_147_483_648],
  ])('%s', (text, bytes) => {
    expect(parse({ 'cache-max-size': text }).cache.maxBytes).toBe(bytes);
  });

  test.each(['much', '0', '-1', '1e9', '2 GBit', '0.0001kB', '9999999TB'])('%s is refused', (text) => {
    expect(messagesOf({ 'cache-max-size': text })).toEqual([`cache-max-size: "${text}" is not a size`]);
  });
});

describe('keys of the cache', () => {
  test.each([
    ['PEM', OPEN],
    ['a line', OPEN_LINE],
    ['several', [OPEN_LINE, OPEN_LINE]],
  ])('public ones as %s', (_, text) => {
    expect(parse({ 'cache-verify-keys': text, 'cache-store': 'dir:/cache' }).cache.verifyKeys).toHaveLength(
      Array.isArray(text) ? 2 : 1,
    );
  });

  test('who signs also reads what it has signed, and nothing else', () => {
    const { signKey, verifyKeys } = parse({ 'cache-sign-key': SECRET, 'cache-store': 'dir:/cache' }).cache;

    expect(signKey).toBeDefined();
    expect(verifyKeys.map(({ id }) => id)).toEqual([signKey?.id]);
  });

  test('what is no key is refused without being quoted', () => {
    const problems = problemsOf(() => parse({ 'cache-sign-key': 's3cret', 'cache-verify-keys': SECRET }));

    expect(problems.map(({ input }) => input)).toEqual(['cache-sign-key', 'cache-verify-keys']);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });

  test('a store that could be signed is missed', () => {
    expect(messagesOf({ 'cache-sign-key': SECRET })).toEqual([
      'cache-store: it is missing, and there are keys for the cache',
    ]);
    expect(messagesOf({ 'cache-sign-key': SECRET, cache: 'off' })).toEqual([]);
  });

  test('a store that can not be signed is refused beside them', () => {
    expect(messagesOf({ 'cache-store': 'local:/var/cache', 'cache-verify-keys': OPEN })).toEqual([
      'cache-store: "local:/var/cache" keeps nothing that could be signed, and there are keys for the cache',
    ]);
  });
});

test('cache-suffix is short', () => {
  expect(parse({ 'cache-suffix': 'tests' }).cache.suffix).toBe('tests');
  expect(messagesOf({ 'cache-suffix': 'x'.repeat(201) })).toEqual(['cache-suffix: it has more than 200 characters']);
});
