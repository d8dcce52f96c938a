import { expect, test } from 'vitest';
import { cacheScopes } from '../../src/inputs/cache-scopes.ts';
import type { CiFacts, TrustLevel } from '../../src/inputs/trust.ts';

type Row = readonly [TrustLevel, Omit<CiFacts, 'trust'>, own: string, read: readonly string[]];

const MAIN = { defaultBranch: 'main' };

test.each<Row>([
  ['trusted', {}, 'default', ['default']],
  ['trusted', { ...MAIN, ref: 'refs/heads/main' }, 'default', ['default']],
  ['trusted', { ...MAIN, ref: 'main' }, 'default', ['default']],
  ['trusted', { ref: 'refs/heads/trunk', isDefaultBranch: true }, 'default', ['default']],
  ['trusted', { ...MAIN, ref: 'refs/heads/topic/a' }, 'branch topic/a', ['branch topic/a', 'default']],
  ['trusted', { ...MAIN, ref: 'refs/heads/default' }, 'branch default', ['branch default', 'default']],
  [
    'trusted',
    { ...MAIN, ref: 'refs/heads/topic', baseRef: 'refs/heads/release' },
    'branch topic',
    ['branch topic', 'branch release', 'default'],
  ],
  [
    'trusted',
    { ...MAIN, ref: 'refs/heads/topic', baseRef: 'refs/heads/main', isDefaultBranch: false },
    'branch topic',
    ['branch topic', 'default'],
  ],
  [
    'trusted',
    { ...MAIN, ref: 'refs/heads/main', baseRef: 'refs/heads/release', isDefaultBranch: true },
    'default',
    ['default', 'branch release'],
  ],
  ['trusted', { ...MAIN, ref: 'refs/tags/v1' }, 'tags', ['tags', 'default']],
  ['unprotected', { ...MAIN, ref: 'refs/heads/topic' }, 'unprotected topic', ['unprotected topic', 'default']],
  ['unprotected', { ...MAIN, ref: 'refs/heads/main' }, 'unprotected main', ['unprotected main', 'default']],
  ['unprotected', {}, 'unprotected', ['unprotected', 'default']],
  ['untrusted', { ...MAIN, ref: 'refs/pull/7/merge', baseRef: 'main' }, 'pull 7', ['default']],
  [
    'untrusted',
    { ...MAIN, ref: 'refs/merge-requests/7/head', baseRef: 'release' },
    'pull 7',
    ['branch release', 'default'],
  ],
  ['untrusted', { ...MAIN, ref: 'refs/heads/main' }, 'untrusted', ['default']],
])('%s with %j writes "%s" and reads %j', (level, facts, own, read) => {
  expect(cacheScopes(facts, level)).toEqual({ own, read });
});

test.each<Omit<CiFacts, 'trust'>>([{}, { ref: 'refs/heads/main' }, { ref: 'default' }, { ref: 'refs/pull/1/merge' }])(
  'what a less trusted run with %j writes, no trusted one reads',
  (facts) => {
    const trusted = [{}, { ...MAIN, ref: 'main' }, facts].flatMap((each) => cacheScopes(each, 'trusted').read);
    for (const level of ['unprotected', 'untrusted'] as const)
      expect(trusted).not.toContain(cacheScopes(facts, level).own);
  },
);
