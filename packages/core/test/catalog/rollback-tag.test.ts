import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/index.ts';
import { parseRollbackTags } from '../../src/catalog/rollback-tag.ts';
import { sha } from '../rebase/images.ts';

const NOW = Date.UTC(2026, 10, 22, 23, 59);

describe('a tag that keeps the old image', () => {
  it.each([
    ['{tag}-before-{date}', '1.2-before-20261122'],
    ['old-{digest}-{tag}', `old-${sha('x').slice(7, 19)}-1.2`],
  ])('%s', (template, name) => {
    const rollback = parseRollbackTags(template, NOW);
    const second = `${name}-${sha('x').slice(7, 19)}`;
    expect(rollback.namesFor('1.2', sha('x'))).toEqual([name, second]);
    for (const each of [name, second]) expect(rollback.isOne(each, new Set(['1.2', name, second]))).toBe(true);
    expect(rollback.isOne('1.2', new Set(['1.2', name]))).toBe(false);
    expect(rollback.isOne(name, new Set([name]))).toBe(false);
  });

  it.each([
    'previous',
    '{tag}',
    '{tag}-previous',
    '{date}',
    '{tag}-{time}',
    '{tag}-{date',
    '-{tag}-{date}',
    '{tag}:{date}',
    '{tag}/{date}',
  ])('%s is no template', (template) => {
    expect(() => parseRollbackTags(template, NOW)).toThrow(InputError);
  });

  it('is none with a word behind it that is no digest', () => {
    const rollback = parseRollbackTags('{tag}-before-{date}', NOW);
    const isOne = (tag: string) => rollback.isOne(tag, new Set(['1', tag]));
    expect([isOne('1-before-20261122-feature-xyz1'), isOne('1-before-20261122-0123456789ab')]).toEqual([false, true]);
  });

  it('does not take dots for any character', () => {
    const rollback = parseRollbackTags('{tag}.{date}', NOW);
    expect(rollback.isOne('1x20261122', new Set(['1']))).toBe(false);
  });
});
