import { describe, expect, it } from 'vitest';
import { parseHousekeepingInputs, parsePruneRules, renderStores, storesJson } from '../../src/housekeeping/index.ts';
import type { RawInputs } from '../../src/inputs/index.ts';
import { problemsOf } from '../inputs/support.ts';
import { sampleIndex } from '../cache/support/sample-index.ts';

const CONTEXT = { environment: {}, workingDirectory: '/work', now: 0 };
const parse = (raw: RawInputs) => parseHousekeepingInputs(raw, CONTEXT);
const DAY = 86_400_000;

const CONTENT = { kind: 'index', index: sampleIndex(), digest: `sha256:${'0'.repeat(64)}`, signature: 'none' } as const;
const CACHE = { key: 'a'.repeat(32), used: Date.UTC(2026, 10, 21), bytes: 70_000_000, content: CONTENT };

describe('the stores to look after', () => {
  it('are named', () => {
    expect(parse({ 'cache-store': 'dir:cache\nregistry:registry.example/app' }).stores).toEqual([
      { kind: 'dir', path: '/work/cache' },
      { kind: 'registry', repository: { registry: 'registry.example', path: 'app' } },
    ]);
  });

  it.each([
    [{}, 'it is missing'],
    [{ 'cache-store': 'local:/cache' }, '"local:/cache" is a plain folder, about which there is nothing to tell'],
  ])('%j are none', (raw, message) => {
    expect(problemsOf(() => parse(raw)).map((problem) => problem.message)).toEqual([message]);
  });
});

describe('the rules for pruning', () => {
  it('are days and a size', () => {
    expect(parsePruneRules({}, 100 * DAY)).toEqual({});
    expect(parsePruneRules({ unusedFor: '30', maxSize: '10GB' }, 100 * DAY)).toEqual({
      unusedSince: 70 * DAY,
      maxBytes: 10_000_000_000,
    });
  });

  it('are refused together', () => {
    const problems = problemsOf(() => parsePruneRules({ unusedFor: '1 month', maxSize: 'small' }, 0));
    expect(problems.map(({ input }) => input)).toEqual(['--unused-for', '--max-size']);
  });
});

describe('what stores hold', () => {
  it('is a table for each', () => {
    const refused = { kind: 'refused', reason: 'damaged', message: 'it is \u001b[31mred' } as const;
    const reports = [
      { store: 'dir:/cache', caches: [{ ...CACHE, problems: ['a layer is lost'] }] },
      { store: 'dir:/old', caches: [{ ...CACHE, used: 0, bytes: 5, reason: 'damaged' as const, content: refused }] },
      { store: 'dir:/empty', caches: [] },
    ];
    expect(renderStores(reports, 'list')).toEqual([
      'dir:/cache: 1 cache, 3 kB',
      `  ${'a'.repeat(32)}  70 MB  used 2026-11-21  registry.example/org/app, default  2 layers  linux/amd64, registry.example/builder  not signed`,
      '    problem: a layer is lost',
      '',
      'dir:/old: 1 cache, 5 B',
      expect.stringMatching(/^ {2}a+ {2}5 B {2}use unknown {2}damaged {2}can't be used: it is [^\u001b]*red$/),
      '',
      'dir:/empty: nothing',
    ]);
  });

  it.each([
    ['list', [], 'nothing'],
    ['verify', [{ ...CACHE, problems: [] }], '; nothing is wrong'],
    ['verify', [{ ...CACHE, problems: ['a layer is lost'] }], '; 1 with problems'],
    ['prune', [], 'nothing to remove'],
    ['prune', [CACHE], 'removed 1 cache'],
    ['rehearse-prune', [CACHE], 'would remove 1 cache'],
  ] as const)('begins, for %s of %j, with what came of it', (chore, caches, expected) => {
    expect(renderStores([{ store: 'dir:/cache', caches }], chore)[0]).toContain(expected);
  });

  it.each([
    [{ signature: 'known', signer: 'ab' }, 'signed by ab'],
    [{ signature: 'unknown', signer: 'ab' }, 'names the key ab'],
  ] as const)('tells who signed: %j', (changes, expected) => {
    const [, row] = renderStores([{ store: '', caches: [{ ...CACHE, content: { ...CONTENT, ...changes } }] }], 'list');
    expect(row).toMatch(new RegExp(`${expected}$`));
  });

  it('is JSON without the tables of chunks', () => {
    const json = JSON.parse(storesJson([{ store: 'dir:/cache', caches: [CACHE] }])) as unknown;
    expect(json).toMatchObject({
      schemaVersion: 1,
      stores: [
        { store: 'dir:/cache', caches: [{ key: CACHE.key, identity: { scope: 'default' }, signature: 'none' }] },
      ],
    });
    expect(JSON.stringify(json)).not.toContain('chunks');
  });
});
