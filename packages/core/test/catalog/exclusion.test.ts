import { describe, expect, it } from 'vitest';
import { readExclusion, withoutExcluded } from '../../src/catalog/exclusion.ts';
import { Problems } from '../../src/errors/problems.ts';
import { familiarReference, parseReference } from '../../src/reference/index.ts';
import { sha } from '../rebase/images.ts';

interface Patterns {
  readonly images?: readonly string[];
  readonly tags?: readonly string[];
}

/** What is kept of images, and the warnings. */
function keep({ images = [], tags = [] }: Patterns, names: readonly string[]) {
  const warnings: string[] = [];
  const problems = new Problems();
  const exclusion = readExclusion(images, tags, problems);
  problems.throwIfAny();
  const items = names.map((name) => ({ reference: parseReference(name) }));
  const { kept, excluded } = withoutExcluded(items, exclusion, { warn: (text) => warnings.push(text) });
  expect(kept.length + excluded.length).toBe(names.length);
  return { kept: kept.map(({ reference }) => familiarReference(reference)), warnings };
}

const SHOP = 'r.example/team/shop:1';
const LEGACY = 'r.example/team/legacy:1';
const OLD = 'r.example/team/shop:1-rc.1';
const ALL = [SHOP, LEGACY, OLD];

describe('images that are left out', () => {
  it.each<[Patterns, readonly string[]]>([
    [{}, ALL],
    [{ images: ['r.example/team/legacy'] }, [SHOP, OLD]],
    [{ images: ['r.example/team/*'] }, []],
    [{ images: ['r.example/*:1'] }, ALL],
    [{ images: ['r.example/**:1'] }, [OLD]],
    [{ tags: ['*-rc*'] }, [SHOP, LEGACY]],
    [{ images: ['r.example/*/legacy'], tags: ['*-rc*'] }, [SHOP]],
  ])('%j', (patterns, kept) => {
    expect(keep(patterns, ALL).kept).toEqual(kept);
  });

  it('are told where a pattern leaves out none', () => {
    const { warnings } = keep({ images: ['r.example/team/legcy', 'r.example/team/shop'], tags: ['v*'] }, ALL);
    expect(warnings).toEqual([expect.stringContaining('legcy'), expect.stringContaining('"v*"')]);
  });

  it('have their tags in the name: what is named by its digest has none', () => {
    const name = `r.example/team/shop@${sha('x')}`;
    expect(keep({ images: ['r.example/team/shop:1'], tags: ['*'] }, [name]).kept).toEqual([name]);
    expect(keep({ images: ['r.example/team/shop'] }, [name]).kept).toEqual([]);
  });

  it.each(['team/legacy', `r.example/team/shop@${sha('x')}`])('%s is no pattern of them', (pattern) => {
    expect(() => keep({ images: [pattern] }, [])).toThrow(/^exclude: /);
  });
});
