import type { Dispatcher } from 'undici';
import type { Credential } from '../../src/auth/index.ts';
import { optional } from '../../src/json/json.ts';
import type { MirrorRules } from '../../src/mirrors/index.ts';
import { type Clock, type Log, SILENT_LOG } from '../../src/ports/index.ts';
import type { Repository } from '../../src/reference/index.ts';
import { createRegistryClient, type RegistryClient, RegistryError } from '../../src/registry/index.ts';
import { openNetwork } from '../support/network.ts';

/** A clock that moves only when somebody sleeps. */
export class ManualClock implements Clock {
  readonly slept: number[] = [];
  /** Called by whoever sleeps, before he wakes up. */
  duringSleep: () => void = () => undefined;
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    this.advance(milliseconds);
    this.duringSleep();
    await Promise.resolve();
    signal?.throwIfAborted();
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
  /** What of it everybody sees. */
  readonly told: string[];
  readonly masked: string[];
}

export interface SetupOptions {
  /** What every repository gets, or each of them. */
  readonly credential?: Credential | ((repository: Repository) => Credential | undefined);
  readonly signal?: AbortSignal;
  /** In place of the network's own. */
  readonly dispatcher?: Dispatcher;
  readonly mirrors?: MirrorRules;
}

/** A client with a clock that never waits and no jitter. */
export function setup(options: SetupOptions = {}): Setup {
  const logged: string[] = [];
  const masked: string[] = [];
  const write = (message: string) => {
    logged.push(message);
  };
  const told: string[] = [];
  const tell = (message: string) => {
    write(message);
    told.push(message);
  };
  const log: Log = { ...SILENT_LOG, debug: write, info: tell, warn: tell, mask: (secret) => masked.push(secret) };
  const own = openNetwork({}, { log });
  const { dispatcher, credential, mirrors } = options;
  const network = dispatcher === undefined ? own : { ...own, dispatcher: () => dispatcher };
  const clock = new ManualClock();
  const client = createRegistryClient({
    network,
    credentials: {
      lookup: (repository) => Promise.resolve(typeof credential === 'function' ? credential(repository) : credential),
    },
    ...optional('mirrors', mirrors),
    clock,
    log,
    signal: options.signal ?? new AbortController().signal,
    random: () => 1,
  });
  return { client, clock, logged, told, masked };
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
