import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Fixture, FIXTURES } from '../../benchmark/cache/fixture.ts';
import { runCacheRound, STEPS, writeCaches } from '../../benchmark/cache/rounds.ts';
import { makeCacheRows } from '../../benchmark/cache/rows.ts';

const SCALE = 1 / 300;
const LINKS = ['folder', 'loopback'] as const;

it('every way to keep a cache saves it and brings it back', async () => {
  const fixture = jars();
  const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-test-'));
  onTestFinished(() => rm(scratch, { recursive: true, force: true }));
  const caches = await writeCaches(fixture, SCALE, scratch);
  const round = { fixture: fixture.name, caches, number: 1, scratch };
  const samples = [];
  for (const link of LINKS) samples.push(...(await runCacheRound({ ...round, link })));
  const rows = makeCacheRows(samples);
  expect(rows.map(({ name }) => name)).toEqual(
    LINKS.flatMap((link) => STEPS.map((step) => `${fixture.name}, ${link}: ${step}`)),
  );
  const ways = rows.map(({ contenders }) => contenders.map(({ name }) => name).join(', '));
  expect(new Set(ways)).toEqual(new Set(['ours, tar+zstd', 'ours, @actions/cache, cache image']));
  const moved = rows.find(({ name }) => name.endsWith('loopback: restore'))?.contenders ?? [];
  expect(moved.filter(({ bytesDown, requests }) => bytesDown === 0 || requests === 0)).toEqual([]);
});

function jars(): Fixture {
  const found = FIXTURES.find(({ name }) => name === 'jars');
  if (found === undefined) throw new Error('there are no jars');
  return found;
}
