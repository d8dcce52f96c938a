import { describe, expect, it } from 'vitest';
import { type ImageSelection, selectImages } from '../../src/catalog/select-images.ts';
import { familiarReference, parseReference } from '../../src/reference/index.ts';

/** The tags that are selected of all in `r.example/app`, and those that are left out. */
async function select(tags: readonly string[], patterns: readonly string[], more: Partial<ImageSelection> = {}) {
  const selection = {
    images: [],
    below: [{ registry: 'r.example', path: 'app' }],
    tags: patterns,
    exclusion: { images: [], tags: [] },
    parallel: 1,
    ...more,
  };
  const registry = {
    repositories: () => Promise.resolve([{ registry: 'r.example', path: 'app' }]),
    tags: () => Promise.resolve(tags),
  };
  const log = { warn: () => undefined } as never;
  const { signal } = new AbortController();
  const { selected, leftOut } = await selectImages(selection, { registry, log, signal });
  return {
    selected: selected.map(({ reference }) => familiarReference(reference).slice('r.example/app:'.length)),
    leftOut: leftOut.flatMap((each) => each.tags),
  };
}

describe('the tags below a place that are like a pattern', () => {
  it.each([
    [['latest'], ['latest']],
    [['v*'], ['v1', 'v1.2']],
    [
      ['*.2', 'latest'],
      ['v1.2', 'latest'],
    ],
    [[], ['v1', 'v1.2', 'latest']],
  ])('%j', async (patterns, expected) => {
    expect((await select(['v1', 'v1.2', 'latest'], patterns)).selected).toEqual(expected);
  });

  it('are none by ".*"', async () => {
    await expect(select(['v1'], ['.*'])).rejects.toThrow('there is no image at "r.example/app" with a tag like ".*"');
  });

  it('may be one that keeps an old image, also where its own tag is not like it', async () => {
    const tags = ['1', '1-rc', '1-before-20261122', '2-before-20261122'];
    expect(await select(tags, ['1-*'])).toEqual({ selected: ['1-rc'], leftOut: ['1-before-20261122'] });
  });

  it('do not count for an image that is named', async () => {
    const images = [parseReference('r.example/app:1-before-20261122')];
    expect((await select(['1'], ['1'], { images })).selected).toEqual(['1-before-20261122', '1']);
  });
});
