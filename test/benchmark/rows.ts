import {
  type Column,
  compare,
  type Comparison,
  inSeconds,
  renderColumns,
  TIME_COLUMNS,
  TRAFFIC_COLUMNS,
} from './comparison.ts';
import { STEPS, type Sample } from './rounds.ts';
import { median, rounded } from './statistics.ts';
import { APPS } from './world.ts';

/** One comparison, `container: small app, cold`; bytes are those to and from the registry. */
export interface Row extends Comparison {
  /** Of our seconds, those in which the lifecycle's phases ran, by its log. */
  readonly lifecycle: number;
  /** The most memory that our process had, in bytes. */
  readonly peakMemory: number;
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
  return {
    ...compare(name, ours, peer),
    lifecycle: rounded(median(ours.map(lifecycleSeconds))),
    peakMemory: Math.max(...ours.map((sample) => sample.peakMemory)),
  };
}

function lifecycleSeconds({ result }: Sample): number {
  const phases = result?.phases.filter(({ name }) => name.startsWith('run/')) ?? [];
  return phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
}

const COLUMNS: readonly Column<Row>[] = [
  ...TIME_COLUMNS,
  ['of ours, lifecycle', ({ lifecycle }) => inSeconds(lifecycle)],
  ...TRAFFIC_COLUMNS,
  ['our memory', ({ peakMemory }) => `${Math.round(peakMemory / 1e6)} MB`],
];

/** The rows as a table in Markdown. */
export function renderRows(rows: readonly Row[]): string {
  return renderColumns(COLUMNS, rows);
}
