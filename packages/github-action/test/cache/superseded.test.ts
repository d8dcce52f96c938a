import { expect, it } from 'vitest';
import { newIndexKey, packKey, sparePackKey } from '../../src/cache/keys.ts';
import { type ListedEntry, supersededEntries } from '../../src/cache/superseded.ts';

const NOW = 1_795_000_000_000;
const HOUR = 3_600_000;
const MAIN = 'refs/heads/main';
const RUN = { run: '1', attempt: '1' };
const [ONE, TWO, THREE] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}` as const) as [
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
];

type Packs = readonly `sha256:${string}`[];

/** @param age hours */
const entry = (key: string, age: number, ref = MAIN): ListedEntry => ({
  key,
  ref,
  createdAt: NOW - age * HOUR,
  sizeBytes: 1,
});
const index = (cache: string, packs: Packs, age: number, ref = MAIN) => entry(newIndexKey(cache, packs, RUN), age, ref);
const superseded = (entries: readonly ListedEntry[]) => [...supersededEntries(entries, NOW)];

it('names older indexes of the same cache and ref, in whatever order they are listed', () => {
  const [newest, older, oldest] = [index('a', [], 2), index('a', [], 3), index('a', [], 9)];
  expect(superseded([older, newest, oldest])).toEqual([older, oldest]);
});

it('keeps the newest of each cache and ref', () => {
  expect(superseded([index('a', [], 2), index('b', [], 3), index('a', [], 4, 'refs/heads/next')])).toEqual([]);
});

it('names packs that no newest index names, also spare ones', () => {
  const [lost, spare] = [entry(packKey(ONE), 5), entry(sparePackKey(ONE), 5)];
  const old = index('a', [ONE, TWO], 5);
  expect(superseded([lost, spare, entry(packKey(TWO), 5), old, index('a', [TWO], 2)])).toEqual([lost, spare, old]);
});

it('keeps what was superseded within the hour, since a job that began before may be reading it', () => {
  const [lost, old] = [entry(packKey(ONE), 9), index('a', [ONE], 9)];
  expect(superseded([lost, old, index('a', [TWO], 0.5)])).toEqual([]);
  expect(superseded([lost, old, index('a', [TWO], 1.5)])).toEqual([lost, old]);
});

it('keeps packs that only a new index names', () => {
  expect(superseded([entry(packKey(ONE), 9), index('a', [TWO], 2), index('a', [ONE], 0.1)])).toEqual([]);
});

it('keeps packs that only another branch’s newest index names', () => {
  const entries = [entry(packKey(ONE), 5), index('a', [TWO], 2), index('b', [ONE], 9, 'refs/heads/next')];
  expect(superseded(entries)).toEqual([]);
});

it('keeps all packs where an index has too many to name', () => {
  const many = Array.from({ length: 25 }, () => THREE);
  expect(superseded([entry(packKey(ONE), 5), index('a', many, 2)])).toEqual([]);
});

it('keeps what is not an hour old, or of an age that nobody knows', () => {
  const unknown = { ...index('a', [], 5), createdAt: Number.NaN };
  expect(superseded([index('a', [], 0.5), index('a', [], 0.9), entry(packKey(ONE), 0.9), unknown])).toEqual([]);
});

it('leaves entries of others alone', () => {
  expect(superseded([entry('node-cache', 50), entry('buildpacks-ci-', 50), entry('buildpacks-ci-2-p-1', 50)])).toEqual(
    [],
  );
});
