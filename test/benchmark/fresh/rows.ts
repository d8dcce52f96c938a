import { median, rounded } from '../statistics.ts';
import type { FreshSample } from './rounds.ts';
import { renderTable } from '../table.ts';

/** One comparison; all are medians. */
export interface FreshRow {
  /** `Go: one source line`. */
  readonly name: string;
  /** Seconds. */
  readonly ours: number;
  readonly peer: number;
  /** Ours by the peer's: below 1 ours is faster. */
  readonly ratio: number;
  readonly requests: Pair;
  /** Bytes of bodies to and from all servers. */
  readonly bytesUp: Pair;
  readonly bytesDown: Pair;
  readonly rounds: number;
}

interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** One row for each app and change, in the order in which they were measured. */
export function makeFreshRows(samples: readonly FreshSample[]): readonly FreshRow[] {
  const groups = Map.groupBy(samples, ({ app, change }) => `${app}: ${change}`);
  return [...groups].map(([name, group]) => {
    const ours = group.filter(({ contender }) => contender === 'action');
    const peer = group.filter(({ contender }) => contender === 'pack');
    const pair = (value: (sample: FreshSample) => number): Pair => ({
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
  });
}

const COLUMNS: readonly (readonly [title: string, cell: (row: FreshRow) => string])[] = [
  ['build', ({ name }) => name],
  ['ours', ({ ours }) => `${ours.toFixed(2)} s`],
  ['pack', ({ peer }) => `${peer.toFixed(2)} s`],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
  ['requests', ({ requests }) => `${requests.ours} / ${requests.peer}`],
  ['MB up', ({ bytesUp }) => `${megabytes(bytesUp.ours)} / ${megabytes(bytesUp.peer)}`],
  ['MB down', ({ bytesDown }) => `${megabytes(bytesDown.ours)} / ${megabytes(bytesDown.peer)}`],
];

/** The rows as a table in Markdown. */
export function renderFreshRows(rows: readonly FreshRow[]): string {
  return renderTable(
    COLUMNS.map(([title]) => title),
    rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
}
