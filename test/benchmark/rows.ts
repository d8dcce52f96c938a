import { STEPS, type Sample } from './rounds.ts';
import { median, rounded } from './statistics.ts';
import { APPS } from './world.ts';
import { renderTable } from './table.ts';

/** One comparison; times are medians. */
export interface Row {
  /** `container: small app, cold`. */
  readonly name: string;
  /** Seconds. */
  readonly ours: number;
  readonly peer: number;
  /** Ours by the peer's: below 1 ours is faster. */
  readonly ratio: number;
  /** Of our seconds, those in which the lifecycle's phases ran, by its log. */
  readonly lifecycle: number;
  readonly requests: Pair;
  /** Bytes of bodies to and from the registry. */
  readonly bytesUp: Pair;
  readonly bytesDown: Pair;
  /** The most memory that our process had, in bytes. */
  readonly peakMemory: number;
  readonly rounds: number;
}

interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** One row for each of our ways, app and step that was measured. */
export function makeRows(samples: readonly Sample[], ours: readonly string[], peer: string): readonly Row[] {
  const rows: Row[] = [];
  for (const way of ours) {
    for (const { name: app } of APPS) {
      for (const step of STEPS) {
        const of = (contender: string) =>
          samples.filter((each) => each.app === app && each.step === step && each.contender === contender);
        if (of(way).length > 0) rows.push(makeRow(`${way}: ${app}, ${step}`, of(way), of(peer)));
      }
    }
  }
  return rows;
}

function makeRow(name: string, ours: readonly Sample[], peer: readonly Sample[]): Row {
  const pair = (value: (sample: Sample) => number): Pair => ({
    ours: median(ours.map(value)),
    peer: median(peer.map(value)),
  });
  const seconds = pair((sample) => sample.seconds);
  return {
    name,
    ours: rounded(seconds.ours),
    peer: rounded(seconds.peer),
    ratio: rounded(seconds.ours / seconds.peer),
    lifecycle: rounded(median(ours.map(lifecycleSeconds))),
    requests: pair((sample) => sample.requests),
    bytesUp: pair((sample) => sample.bytesUp),
    bytesDown: pair((sample) => sample.bytesDown),
    peakMemory: Math.max(...ours.map((sample) => sample.peakMemory)),
    rounds: ours.length,
  };
}

function lifecycleSeconds({ result }: Sample): number {
  const phases = result?.phases.filter(({ name }) => name.startsWith('run/')) ?? [];
  return phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
}

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string])[] = [
  ['build', ({ name }) => name],
  ['ours', ({ ours }) => seconds(ours)],
  ['pack', ({ peer }) => seconds(peer)],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
  ['of ours, lifecycle', ({ lifecycle }) => seconds(lifecycle)],
  ['requests', ({ requests }) => `${requests.ours} / ${requests.peer}`],
  ['MB up', ({ bytesUp }) => `${megabytes(bytesUp.ours)} / ${megabytes(bytesUp.peer)}`],
  ['MB down', ({ bytesDown }) => `${megabytes(bytesDown.ours)} / ${megabytes(bytesDown.peer)}`],
  ['our memory', ({ peakMemory }) => `${Math.round(peakMemory / 1e6)} MB`],
];

/** The rows as a table in Markdown. */
export function renderRows(rows: readonly Row[]): string {
  return renderTable(
    COLUMNS.map(([title]) => title),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  );
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
}
