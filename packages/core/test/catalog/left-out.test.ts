import { describe, expect, it } from 'vitest';
import { describeLeftOut, leftOutFor } from '../../src/catalog/left-out.ts';
import { parseReference } from '../../src/reference/index.ts';
import { sha } from '../rebase/images.ts';

const references = (...names: readonly string[]) => names.map((name) => parseReference(name));

describe('what is left out', () => {
  it('is told by repository, each tag once', () => {
    const names = references('r.example/b:2', 'r.example/b:1', 'busybox:1', 'r.example/b:2');
    expect(leftOutFor('excluded', names)).toEqual([
      { repository: 'busybox', tags: ['1'], reason: 'excluded' },
      { repository: 'r.example/b', tags: ['1', '2'], reason: 'excluded' },
    ]);
  });

  it('is told in a line for each reason, with the first names', () => {
    const old = ['1', '2', '3', '4', '5'].map((tag) => `r.example/a:${tag}-before-20261122`);
    expect(
      describeLeftOut([
        ...leftOutFor('excluded', references(`r.example/b@${sha('x')}`)),
        ...leftOutFor('keeps-old-image', references(...old)),
      ]),
    ).toEqual([
      'Left out: 1 tag, excluded (r.example/b)',
      'Left out: 5 tags that keep old images (r.example/a:1-before-20261122, r.example/a:2-before-20261122, r.example/a:3-before-20261122, … and 2 more)',
    ]);
  });

  it('is nothing where all was looked at', () => {
    expect(describeLeftOut([])).toEqual([]);
  });
});
