import type { Dispatcher } from 'undici';
import type { Credential } from '../../src/auth/index.ts';
import { type Clock, type Log, SILENT_LOG } from '../../src/ports/index.ts';
import { createRegistryClient, type RegistryClient, RegistryError } from '../../src/registry/index.ts';
import { openNetwork } from '../support/network.ts';

/** A clock that moves only when somebody sleeps. */
export class ManualClock implements Clock {
  readonly slept: number[] = [];
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    this.advance(milliseconds);
    return Promise.resolve();
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export interface Setup {
  readonly client: RegistryClient;
  readonly clock: ManualClock;
  /** Everything that was logged, and what was masked. */
  readonly logged: string[];
  readonly masked: string[];
}

/**
 * A client with a clock that never waits and no jitter.
 *
 * @param options.dispatcher in place of the network's own
 */
export function setup(options: { credential?: Credential; signal?: AbortSignal; dispatcher?: Dispatcher } = {}): Setup {
  const logged: string[] = [];
  const masked: string[] = [];
  const write = (message: string) => {
    logged.push(message);
  };
  const log: Log = { ...SILENT_LOG, debug: write, info: write, warn: write, mask: (secret) => masked.push(secret) };
  const own = openNetwork({}, { log });
  const { dispatcher } = options;
  const network = dispatcher === undefined ? own : { ...own, dispatcher: () => dispatcher };
  const clock = new ManualClock();
  const client = createRegistryClient({
    network,
    credentials: { lookup: () => Promise.resolve(options.credential) },
    clock,
    log,
    signal: options.signal ?? new AbortController().signal,
    random: () => 1,
  });
  return { client, clock, logged, masked };
}

/** The error that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<RegistryError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RegistryError) return error;
  throw new Error(`expected a RegistryError, got ${String(error)}`);
}
