/**
 * Compares our layer cache with an archive of the same folder, as `actions/cache` makes it, and with the lifecycle's cache image
 * (docs/benchmarks.md).
 *
 * Usage: npm run bench:cache -- [--json FILE] [--small] [--fixture NAME] [--link NAME] [--rounds N]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Fixture, FIXTURES } from './cache/fixture.ts';
import { type LinkName, LINKS } from './cache/place.ts';
import { type CacheSample, runCacheRound, writeCaches } from './cache/rounds.ts';
import { makeCacheRows, renderCacheRows } from './cache/rows.ts';
import { runProgram, say } from './program.ts';

/** What a small run has of everything. */
const SMALL = 1 / 20;
/** How often everything is done, unless `--rounds` says so: some 20 minutes in all. */
const ROUNDS: Readonly<Record<LinkName, number>> = { folder: 3, loopback: 2, '50 MB/s, 20 ms': 2, '5 MB/s, 100 ms': 1 };
/** Takes minutes for each fixture, and hardly anything but the link decides: a full run has it for one of them. */
const SLOW: LinkName = '5 MB/s, 100 ms';
const ON_SLOW: Fixture['name'] = 'node_modules';

interface Options {
  readonly fixtures: readonly Fixture[];
  readonly linksFor: (fixture: Fixture) => readonly LinkName[];
  readonly scale: number;
  readonly rounds: number | undefined;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { json: text, small: { type: 'boolean' }, fixture: text, link: text, rounds: text },
  });
  const { json, small = false, fixture, link, rounds = small ? '1' : undefined } = values;
  const names = FIXTURES.map(({ name }) => name);
  const links = LINKS.filter((name) => isWanted(name, link, LINKS));
  const isPart = small || fixture !== undefined || link !== undefined;
  const samples = await measureAll({
    fixtures: FIXTURES.filter(({ name }) => isWanted(name, fixture, names)),
    linksFor: ({ name }) => links.filter((each) => isPart || each !== SLOW || name === ON_SLOW),
    scale: small ? SMALL : 1,
    rounds: rounds === undefined ? undefined : Number(rounds),
  });
  const rows = makeCacheRows(samples);
  process.stdout.write(renderCacheRows(rows));
  if (json !== undefined) await writeFile(json, `${JSON.stringify(rows, undefined, 2)}\n`);
}

function isWanted(name: string, wanted: string | undefined, all: readonly string[]): boolean {
  if (wanted !== undefined && !all.includes(wanted)) throw new Error(`"${wanted}" is none of: ${all.join('; ')}`);
  return wanted === undefined || name === wanted;
}

async function measureAll({ fixtures, linksFor, scale, rounds }: Options): Promise<readonly CacheSample[]> {
  const samples: CacheSample[] = [];
  for (const fixture of fixtures) {
    const scratch = await mkdtemp(path.join(tmpdir(), 'benchmark-cache-'));
    try {
      say(`${fixture.name}: writing the layers of its builds`);
      const caches = await writeCaches(fixture, scale, scratch);
      for (const link of linksFor(fixture)) {
        const count = rounds ?? ROUNDS[link];
        for (let number = 1; number <= count; number++) {
          say(`${fixture.name}, ${link}: round ${number} of ${count}`);
          samples.push(...(await runCacheRound({ fixture: fixture.name, caches, link, number, scratch })));
        }
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return samples;
}

await runProgram(main);
