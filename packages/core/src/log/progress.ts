import type { Log } from '../ports/index.ts';

/** Images between two lines. */
const EACH = 50;

/** A function to be called after each image, which tells now and then how far the work is. */
export function tellProgress(total: number, log: Pick<Log, 'info'>): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (done % EACH === 0) log.info(`${done} of ${total} read`);
  };
}
