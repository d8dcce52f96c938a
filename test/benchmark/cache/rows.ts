import { median, rounded } from '../statistics.ts';
import { renderTable } from '../table.ts';
import type { CacheContender } from './contender.ts';
import type { CacheSample } from './rounds.ts';

/** One step with all that were compared. */
export interface CacheRow {
  /** `jars, loopback: restore`. */
  readonly name: string;
  /** Ours first. */
  readonly contenders: readonly CacheFigures[];
  readonly rounds: number;
}

/** Time and traffic are medians, memory and disk the most of all rounds. */
export interface CacheFigures {
  readonly name: CacheContender['name'];
  readonly seconds: number;
  /** Our time by this one: below 1 ours is faster. Absent where one of them had nothing to do. */
  readonly ratio?: number;
  readonly requests: number;
  /** Bytes. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly peakMemory: number;
  readonly peakDisk: number;
}

/** One row for each fixture, link and step, in the order in which they were first measured. */
export function makeCacheRows(samples: readonly CacheSample[]): readonly CacheRow[] {
  const groups = Map.groupBy(samples, ({ fixture, link, step }) => `${fixture}, ${link}: ${step}`);
  return [...groups].map(([name, group]) => makeRow(name, group));
}

function makeRow(name: string, samples: readonly CacheSample[]): CacheRow {
  const contenders = Map.groupBy(samples, ({ contender }) => contender);
  const own = contenders.get('ours') ?? [];
  const ourSeconds = median(own.map(({ seconds }) => seconds));
  const figures = [...contenders].map(([contender, measures]) => figuresOf(contender, measures, ourSeconds));
  return {
    name,
    contenders: figures.sort((a, b) => orderOf(a.name) - orderOf(b.name)),
    rounds: own.length,
  };
}

const ORDER: readonly CacheContender['name'][] = ['ours', 'tar+zstd', '@actions/cache', 'cache image'];

function orderOf(name: CacheContender['name']): number {
  return ORDER.indexOf(name);
}

function figuresOf(name: CacheContender['name'], samples: readonly CacheSample[], ourSeconds: number): CacheFigures {
  const middle = (value: (sample: CacheSample) => number) => median(samples.map(value));
  const most = (value: (sample: CacheSample) => number) => Math.max(...samples.map(value));
  const seconds = middle((sample) => sample.seconds);
  return {
    name,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(name !== 'ours' && seconds > 0 && { ratio: rounded(ourSeconds / seconds) }),
    requests: middle((sample) => sample.requests),
    bytesUp: middle((sample) => sample.bytesUp),
    bytesDown: middle((sample) => sample.bytesDown),
    peakMemory: most((sample) => sample.peakMemory),
    peakDisk: most((sample) => sample.peakDisk),
  };
}

const COLUMNS: readonly (readonly [title: string, cell: (figures: CacheFigures) => string])[] = [
  ['seconds', ({ seconds }) => seconds.toFixed(2)],
  ['requests', ({ requests }) => String(requests)],
  ['MB up', ({ bytesUp }) => megabytes(bytesUp)],
  ['MB down', ({ bytesDown }) => megabytes(bytesDown)],
  ['memory MB', ({ peakMemory }) => megabytes(peakMemory)],
  ['disk MB', ({ peakDisk }) => megabytes(peakDisk)],
];

/** The rows as a table in Markdown; cells have all contenders, ours first. */
export function renderCacheRows(rows: readonly CacheRow[]): string {
  const titles = ['cache', ...COLUMNS.map(([title]) => title), 'ratio'];
  return renderTable(
    titles,
    rows.map(({ name, contenders }) => [
      name,
      ...COLUMNS.map(([, cell]) => contenders.map(cell).join(' / ')),
      ratios(contenders),
    ]),
  );
}

function ratios(contenders: readonly CacheFigures[]): string {
  const peers = contenders.filter(({ name }) => name !== 'ours');
  return peers.map(({ ratio }) => ratio?.toFixed(2) ?? '-').join(' / ');
}

function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return value === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(value < 1 ? 2 : 1);
}
