import type { Clock, Progress } from '../ports/index.ts';
import { formatSize } from './size.ts';

/** How long, in milliseconds, nothing is said before a long transfer is worth a word, which proves that it still moves. */
const QUIET = 10_000;

/** Tells of transfers now and then, all in one line, for logs where nothing can be drawn over. */
export interface QuietProgress {
  /** Another phase begins: the transfers of the one before are over. */
  forget(): void;
  /** Something was said. */
  spoke(): void;
  /** The line that is worth saying now. */
  line(progress: Progress): string | undefined;
}

export function createQuietProgress(clock: Pick<Clock, 'now'>): QuietProgress {
  const known = new Map<string, Progress>();
  let last = clock.now();
  return {
    forget: () => {
      known.clear();
    },
    spoke: () => {
      last = clock.now();
    },
    line: (progress) => {
      known.set(progress.label, progress);
      return clock.now() - last < QUIET ? undefined : describe([...known.values()]);
    },
  };
}

function describe(transfers: readonly Progress[]): string {
  const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);
  const totals = transfers.flatMap(({ total }) => total ?? []);
  const label = transfers.length === 1 ? (transfers[0]?.label ?? '') : `${transfers.length} transfers`;
  const of = totals.length < transfers.length ? '' : ` of ${formatSize(sum(totals))}`;
  return `${label}: ${formatSize(sum(transfers.map(({ done }) => done)))}${of}`;
}
