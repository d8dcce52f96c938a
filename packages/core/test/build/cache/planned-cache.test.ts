import { describe, expect, it } from 'vitest';
import { plannedCache } from '../../../src/build/cache/planned-cache.ts';
import type { RawInputs } from '../../../src/inputs/index.ts';
import type { CiFacts } from '../../../src/inputs/trust.ts';
import { parse } from '../../inputs/support.ts';

const USER = { uid: 1001, gid: 1000 };
const TRUSTED: CiFacts = { trust: 'trusted' };

function planned(raw: RawInputs = {}, facts = TRUSTED, builder = 'registry.example/builder:base') {
  const request = parse({ 'cache-store': 'dir:/cache', ...raw }, { facts });
  return plannedCache(request, { builder, user: USER });
}

describe('the cache of a build', () => {
  it('is that of repository, platform, builder, user, scope and suffix', () => {
    expect(
      planned({ image: 'registry.example/team/app:v7', 'cache-suffix': 'tests', platform: 'linux/arm64' }),
    ).toEqual({
      stores: [{ kind: 'dir', path: '/cache' }],
      identity: {
        repository: 'registry.example/team/app',
        platform: 'linux/arm64',
        builder: 'registry.example/builder',
        uid: 1001,
        gid: 1000,
        scope: 'default',
        suffix: 'tests',
      },
      candidates: [expect.objectContaining({ scope: 'default', suffix: 'tests' })],
      write: true,
      maxBytes: 2_000_000_000,
      signed: false,
    });
  });

  it.each([
    ['registry.example:5000/builder', 'registry.example:5000/builder'],
    ['registry.example/builder:base', 'registry.example/builder'],
    [`registry.example:5000/builder:base@sha256:${'0'.repeat(64)}`, 'registry.example:5000/builder'],
    ['docker://builder:base', 'docker://builder'],
    ['oci:/builders/base', 'oci:/builders/base'],
  ])('of the builder %s is that of %s', (name, builder) => {
    expect(planned({}, TRUSTED, name)?.identity.builder).toBe(builder);
  });

  it('of a branch begins with the default branch’s', () => {
    const plan = planned({}, { trust: 'trusted', ref: 'refs/heads/topic', defaultBranch: 'main' });
    expect(plan?.identity.scope).toBe('branch topic');
    expect(plan?.candidates.map(({ scope }) => scope)).toEqual(['branch topic', 'default']);
  });

  it('is not written by an untrusted run', () => {
    const plan = planned({}, { trust: 'untrusted', ref: 'refs/pull/7/merge' });
    expect(plan).toMatchObject({ write: false, candidates: [{ scope: 'default' }] });
  });

  it('is not read when it is to be cleared', () => {
    expect(planned({ 'clear-cache': 'true' })).toMatchObject({ write: true, candidates: [] });
  });

  it.each<[string, RawInputs]>([
    ['it is off', { cache: 'off' }],
    ['there is no store', { 'cache-store': '' }],
  ])('is none when %s', (_, raw) => {
    expect(planned(raw)).toBeUndefined();
  });
});
