import { type Column, compare, type Comparison, inSeconds, type Measured, renderColumns } from '../comparison.ts';
import { rounded } from '../statistics.ts';
import { type AirgapMeasure } from './contenders.ts';
import { type AirgapSample, LINKS } from './rounds.ts';

/** Ours beside skopeo, `bundle: tar, loopback`. */
export interface AirgapRow extends Comparison {
  /** The most memory that a process had, in bytes. */
  readonly peakMemory: { readonly ours: number; readonly peer: number };
}

/** What skopeo has nothing like, and was done once. */
export interface AloneRow extends Measured {
  readonly name: string;
  /** Bytes. */
  readonly peakMemory: number;
}

/** A row for each step, form of the bundle and link. */
export function makeAirgapRows(samples: readonly AirgapSample[]): readonly AirgapRow[] {
  const rows: AirgapRow[] = [];
  for (const link of Object.keys(LINKS)) {
    for (const step of ['bundle', 'load'] as const) {
      for (const form of ['directory', 'tar'] as const) {
        const of = (contender: AirgapSample['contender']) =>
          samples.filter((each) => each.link === link && each.step === step && each.contender === contender);
        const [ours, peer] = [of(form), of('skopeo')];
        if (ours.length === 0) continue;
        const peakMemory = { ours: peakOf(ours), peer: peakOf(peer) };
        rows.push({ ...compare(`${step}: ${form}, ${link}`, ours, peer), peakMemory });
      }
    }
  }
  return rows;
}

export function makeAloneRow(name: string, measure: AirgapMeasure & Measured): AloneRow {
  return { name, ...measure, seconds: rounded(measure.seconds) };
}

function peakOf(samples: readonly AirgapMeasure[]): number {
  return Math.max(...samples.map(({ peakMemory }) => peakMemory));
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0);

const COLUMNS: readonly Column<AirgapRow>[] = [
  ['step', ({ name }) => name],
  ['ours', ({ ours }) => inSeconds(ours)],
  ['skopeo', ({ peer }) => inSeconds(peer)],
  ['ratio', ({ ratio }) => ratio.toFixed(2)],
  ['requests', ({ requests }) => `${requests.ours} / ${requests.peer}`],
  ['MB up', ({ bytesUp }) => `${megabytes(bytesUp.ours)} / ${megabytes(bytesUp.peer)}`],
  ['MB down', ({ bytesDown }) => `${megabytes(bytesDown.ours)} / ${megabytes(bytesDown.peer)}`],
  ['memory MB', ({ peakMemory }) => `${megabytes(peakMemory.ours)} / ${megabytes(peakMemory.peer)}`],
];

const ALONE_COLUMNS: readonly Column<AloneRow>[] = [
  ['alone', ({ name }) => name],
  ['ours', ({ seconds }) => inSeconds(seconds)],
  ['requests', ({ requests }) => `${requests}`],
  ['MB up', ({ bytesUp }) => megabytes(bytesUp)],
  ['MB down', ({ bytesDown }) => megabytes(bytesDown)],
  ['memory MB', ({ peakMemory }) => megabytes(peakMemory)],
];

/** The rows as two tables in Markdown. */
export function renderAirgapRows(rows: readonly AirgapRow[], alone: readonly AloneRow[]): string {
  return `${renderColumns(COLUMNS, rows)}\n${renderColumns(ALONE_COLUMNS, alone)}`;
}
