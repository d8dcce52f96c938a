import type { Endpoint } from '../mirrors/index.ts';
import type { Attempts } from './attempts.ts';
import { BRIEFLY, type Retries } from './retry.ts';
import type { Transport } from './transport.ts';

/** Bytes that count as getting further: what breaks off after them has its tries and waits anew. */
const PROGRESS = 1024 * 1024;

/** Whether and when a download goes on where it broke off, anew for each endpoint and whenever it has got further. */
export class Resumes {
  readonly #transport: Transport;
  readonly #attempts: Attempts;
  readonly #signal: AbortSignal;
  #retries: Retries | undefined;
  #endpoint: Endpoint | undefined;
  #mark = 0;

  constructor(transport: Transport, attempts: Attempts, signal: AbortSignal) {
    this.#transport = transport;
    this.#attempts = attempts;
    this.#signal = signal;
  }

  /** Waits before the next request; false when there is none. */
  async after(failure: unknown, received: number): Promise<boolean> {
    const { endpoint, followed } = this.#attempts.turn;
    if (this.#retries === undefined || this.#endpoint !== endpoint || received - this.#mark >= PROGRESS) {
      this.#retries = this.#transport.retries({ ...(followed && { retry: BRIEFLY.retry }), signal: this.#signal });
      this.#endpoint = endpoint;
      this.#mark = received;
    }
    return this.#retries.waitAfter(failure);
  }
}
