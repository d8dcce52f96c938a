import { compare, type Comparison, inSeconds, renderColumns } from '../comparison.ts';
import type { PullContender } from './contenders.ts';
import type { PullCompression, PullSample } from './rounds.ts';

/** Ours beside one peer; `gzip: docker pull`. */
export interface PullRow extends Comparison {
  /** The most memory that a process had, in bytes; the peer's is undefined where a daemon does the work. */
  readonly peakMemory: { readonly ours: number; readonly peer?: number };
}

/**
 * A row for each peer, and for each compression that was measured. Who can't read a compression is compared with what it took for the same
 * image in gzip.
 */
export function makePullRows(samples: readonly PullSample[]): readonly PullRow[] {
  const peers = unique(samples.map(({ contender }) => contender)).filter((name) => name !== 'ours');
  return unique(samples.map(({ compression }) => compression)).flatMap((compression) =>
    peers.map((peer) => makeRow(samples, compression, peer)),
  );
}

function makeRow(samples: readonly PullSample[], compression: PullCompression, peer: PullContender['name']): PullRow {
  const of = (name: PullContender['name'], as: PullCompression) =>
    samples.filter((sample) => sample.contender === name && sample.compression === as);
  const ours = of('ours', compression);
  const same = of(peer, compression);
  const theirs = same.length > 0 ? same : of(peer, 'gzip');
  const title = same.length > 0 ? `${compression}: ${peer}` : `${compression}: ${peer} of gzip`;
  const memory = { ours: peakOf(ours) ?? 0 };
  const peerMemory = peakOf(theirs);
  return {
    ...compare(title, ours, theirs),
    peakMemory: peerMemory === undefined ? memory : { ...memory, peer: peerMemory },
  };
}

function peakOf(samples: readonly PullSample[]): number | undefined {
  const known = samples.flatMap(({ peakMemory }) => peakMemory ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** The rows as a table in Markdown. */
export function renderPullRows(rows: readonly PullRow[]): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)}`;
  return renderColumns<PullRow>(
    [
      ['compared with', ({ name }) => name],
      ['ours', ({ ours }) => inSeconds(ours)],
      ['theirs', ({ peer }) => inSeconds(peer)],
      ['ratio', ({ ratio }) => ratio.toFixed(2)],
      ['requests', ({ requests }) => `${requests.ours} / ${requests.peer}`],
      ['MB down', ({ bytesDown }) => `${megabytes(bytesDown.ours)} / ${megabytes(bytesDown.peer)}`],
      ['our memory', ({ peakMemory }) => `${megabytes(peakMemory.ours)} MB`],
    ],
    rows,
  );
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
