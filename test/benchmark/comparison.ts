import { median, rounded } from './statistics.ts';
import { renderTable } from './table.ts';

/** What every measured build has. */
export interface Measured {
  readonly seconds: number;
  readonly requests: number;
  /** Bytes of bodies. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Ours beside the peer's; all are medians. */
export interface Comparison {
  /** `Go: one source line`. */
  readonly name: string;
  /** Seconds. */
  readonly ours: number;
  readonly peer: number;
  /** Ours by the peer's: below 1 ours is faster. */
  readonly ratio: number;
  readonly requests: Pair;
  readonly bytesUp: Pair;
  readonly bytesDown: Pair;
  readonly rounds: number;
}

interface Pair {
  readonly ours: number;
  readonly peer: number;
}

export function compare(name: string, ours: readonly Measured[], peer: readonly Measured[]): Comparison {
  const pair = (value: (sample: Measured) => number): Pair => ({
    ours: median(ours.map(value)),
    peer: median(peer.map(value)),
  });
  const seconds = pair((sample) => sample.seconds);
  return {
    name,
    ours: rounded(seconds.ours),
    peer: rounded(seconds.peer),
    ratio: rounded(seconds.ours / seconds.peer),
    requests: pair(({ requests }) => requests),
    bytesUp: pair(({ bytesUp }) => bytesUp),
    bytesDown: pair(({ bytesDown }) => bytesDown),
    rounds: ours.length,
  };
}

/** A column of a table: its title, and what it says of a row. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => string];

export const TIME_COLUMNS: readonly Column<Comparison>[] = [
  ['build', ({ name }) => name],
  ['ours', ({ ours }) => inSeconds(ours)],
  ['pack', ({ peer }) => inSeconds(peer)],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
];

export const TRAFFIC_COLUMNS: readonly Column<Comparison>[] = [
  ['requests', ({ requests }) => `${requests.ours} / ${requests.peer}`],
  ['MB up', ({ bytesUp }) => `${megabytes(bytesUp.ours)} / ${megabytes(bytesUp.peer)}`],
  ['MB down', ({ bytesDown }) => `${megabytes(bytesDown.ours)} / ${megabytes(bytesDown.peer)}`],
];

/** The rows as a table in Markdown. */
export function renderColumns<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return renderTable(
    columns.map(([title]) => title),
    rows.map((row) => columns.map(([, cell]) => cell(row))),
  );
}

export function inSeconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
}
