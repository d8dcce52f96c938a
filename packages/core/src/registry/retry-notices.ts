import type { Clock, Log } from '../ports/index.ts';

/** Milliseconds in which nothing new is said about the same trouble. */
const QUIET = 5_000;

/** Tells that calls are tried again: many at once fail for one reason, and people need to read it once. */
export class RetryNotices {
  readonly #log: Log;
  readonly #clock: Clock;
  /** When each trouble was last told; milliseconds since the epoch. */
  readonly #told = new Map<string, number>();

  constructor({ log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * @param trouble what calls have in common that fail for the same reason: the host and what it said
   * @param message of this call
   */
  tell(trouble: string, message: string): void {
    const now = this.#clock.now();
    const last = this.#told.get(trouble);
    if (last !== undefined && now - last < QUIET) {
      this.#log.debug(message);
      return;
    }
    this.#told.set(trouble, now);
    this.#log.info(message);
  }
}
