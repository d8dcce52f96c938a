import { describe, expect, it } from 'vitest';
import { parseWarnings } from '../../src/registry/warnings.ts';
import { redirectsToStore, sends } from './fake/effects.ts';
import { always } from './fake/fault.ts';
import { readBlob, readManifest } from './matrix/actions.ts';
import { makeWorld } from './matrix/world.ts';

const DEPRECATED = '299 - "this repository moves"';

async function warnedBy(header: string | readonly string[], on = ''): Promise<readonly string[]> {
  const world = await makeWorld({ faults: [always(on, sends({ warning: header }))] });
  await readManifest(world);
  await readManifest(world);
  return world.logged.filter((line) => line.includes(' warns: ')).map((line) => line.replace(/^.* warns: /, ''));
}

describe('a warning of a registry', () => {
  it('is shown once', async () => {
    expect(await warnedBy(DEPRECATED)).toEqual(['this repository moves']);
  });

  it('is shown beside others', async () => {
    expect(await warnedBy([DEPRECATED, '299 - "and soon"'])).toEqual(['this repository moves', 'and soon']);
  });

  it('commands no terminal and no CI', async () => {
    const [warning] = await warnedBy('299 - "a\tb"');
    expect(warning).toBe('a b');
  });

  it('is not shown without end', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `299 - "number ${index}"`);
    expect(await warnedBy(many)).toHaveLength(10);
  });

  it('is not taken from the host that a download comes from', async () => {
    const store = always('elsewhere', sends({ warning: DEPRECATED }));
    const world = await makeWorld({ faults: [always('GET blob', redirectsToStore()), store] });
    await readBlob(world);
    expect(world.logged.filter((line) => line.includes('warns'))).toEqual([]);
  });
});

describe('parseWarnings', () => {
  it.each<[string, readonly string[]]>([
    ['299 - "text"', ['text']],
    ['299 - "a", 299 - "b"', ['a', 'b']],
    ['299 - "a \\"quoted\\" \\\\ pair"', ['a "quoted" \\ pair']],
    ['299 - "with, a comma and 299 - inside"', ['with, a comma and 299 - inside']],
    ['299 - "\u001b[31mred\u2028"', ['[31mred']],
    ['199 - "of a cache"', []],
    ['299 agent "of somebody else"', []],
    ['299 - ""', []],
    ['299 - "unfinished', []],
    ['', []],
  ])('%j is %j', (header, texts) => {
    expect(parseWarnings(header)).toEqual(texts);
  });
});
