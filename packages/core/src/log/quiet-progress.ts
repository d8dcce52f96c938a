import type { Clock, Progress } from '../ports/index.ts';
import { formatSize } from './size.ts';

/** How long, in milliseconds, nothing is said before a long transfer is worth a word, which proves that it still moves. */
const QUIET = 10_000;

/** Tells of transfers now and then, for logs where nothing can be drawn over. */
export interface QuietProgress {
  /** Something was said. */
  spoke(): void;
  /** The line that is worth saying now. */
  line(progress: Progress): string | undefined;
}

export function createQuietProgress(clock: Pick<Clock, 'now'>): QuietProgress {
  let last = clock.now();
  return {
    spoke: () => {
      last = clock.now();
    },
    line: ({ label, done, total }) => {
      if (clock.now() - last < QUIET) return undefined;
      return `${label}: ${formatSize(done)}${total === undefined ? '' : ` of ${formatSize(total)}`}`;
    },
  };
}
