import { describe, expect, it } from 'vitest';
import type { TrustLevel } from '../../src/inputs/index.ts';
import type { RawInputs } from '../../src/inputs/reader.ts';
import { parseRebaseJob } from '../../src/rebase/index.ts';

const IMAGES = { images: 'registry.example/shop:1' };

function parse(raw: RawInputs, trust: TrustLevel = 'trusted') {
  return parseRebaseJob(raw, { environment: {}, workingDirectory: '/', now: 0, facts: { trust } });
}

describe('what a run may do', () => {
  it.each<[TrustLevel, RawInputs, string]>([
    ['trusted', {}, 'rebase'],
    ['unprotected', {}, 'rebase'],
    ['untrusted', {}, 'dry-run'],
    ['untrusted', { check: 'true' }, 'check'],
    ['untrusted', { trust: 'trusted' }, 'rebase'],
    ['trusted', { trust: 'untrusted' }, 'dry-run'],
    ['trusted', { 'dry-run': 'true' }, 'dry-run'],
  ])('%s with %j: %s', (trust, raw, mode) => {
    expect(parse({ ...IMAGES, ...raw }, trust).request.mode).toBe(mode);
  });

  it('is told where it is less than what was asked for', () => {
    expect(parse(IMAGES, 'untrusted').notices).toHaveLength(1);
    expect(parse({ ...IMAGES, check: 'true' }, 'untrusted').notices).toEqual([]);
  });
});

it('reads lists by lines and by items, and empty text as absent', () => {
  const { request } = parse({ images: 'a.example/b:1\n\n c.example/d:2 ', force: '', parallel: '' });
  expect(request.images.map(({ repository }) => repository.path)).toEqual(['b', 'd']);
  expect(parse({ all: ['a.example/x', 'b.example/y'] }).request.below).toHaveLength(2);
  expect(request).toMatchObject({ force: false, parallel: 8 });
});

it.each<[RawInputs, TrustLevel, string]>([
  [{ check: 'true', 'dry-run': 'true' }, 'trusted', 'check'],
  [{ force: 'maybe' }, 'trusted', 'force'],
  [{ trust: 'a bit' }, 'trusted', 'trust'],
  [{ list: '/proc/self/environ' }, 'untrusted', 'list'],
  [{ offline: 'maybe' }, 'trusted', 'offline'],
  [{ 'run-image': 'r.example/run:1', 'run-images': 'r.example/*' }, 'trusted', 'run-images'],
])('refuses %j in a run that is %s', (raw, trust, input) => {
  expect(() => parse({ ...IMAGES, ...raw }, trust)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ input })] }) as Error,
  );
});
