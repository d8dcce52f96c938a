import { BuildpacksError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import { withDeadline } from '../../parallel/deadline.ts';
import type { Ports } from '../../ports/index.ts';
import type { Check } from '../report.ts';
import { describeFailure } from './failure.ts';
import { type Recorder, recorder } from './recorder.ts';

/** One thing to try. */
export interface Trial<T> {
  readonly what: Check['what'];
  readonly subject: string;
  /** Does it; throws what went wrong. */
  readonly act: (means: TrialMeans) => Promise<Success<T>>;
}

export interface TrialMeans {
  /** With a network that keeps a record, and a signal that ends with the time. */
  readonly ports: Ports;
  readonly record: Recorder;
}

export interface Success<T> {
  readonly message: string;
  /** It works, but people should know more. */
  readonly warning?: { readonly remedy: string };
  readonly details?: readonly string[];
  /** For checks that build on this one. */
  readonly found: T;
}

export interface Outcome<T> {
  readonly check: Check;
  /** Absent when it failed. */
  readonly found?: T;
  /** Every URL that was asked for. */
  readonly urls: readonly URL[];
}

/** Milliseconds for one check, its second try included. */
const PATIENCE = 20_000;

/** Tries one thing within its time. Never rejects but when the run is cancelled. */
export async function tryOut<T>(trial: Trial<T>, ports: Ports): Promise<Outcome<T>> {
  const { what, subject } = trial;
  const record = recorder(ports.network);
  try {
    const success = await withDeadline({ ...ports, milliseconds: PATIENCE, late: tooLate }, (signal) =>
      trial.act({ ports: { ...ports, network: record.network, signal }, record }),
    );
    const { message, warning, details = [], found } = success;
    const verdict = warning === undefined ? 'ok' : 'warning';
    const check = { verdict, what, subject, message, details, ...optional('remedy', warning?.remedy) } as const;
    return { check, found, urls: record.urls };
  } catch (error) {
    if (ports.signal.aborted) throw error;
    return { check: { verdict: 'failed', what, subject, ...describeFailure(error) }, urls: record.urls };
  }
}

function tooLate(): BuildpacksError {
  return new BuildpacksError('temporary', `there was no answer in ${PATIENCE / 1000} seconds`, {
    hint: 'Check the network, firewall and proxy settings: something on the way takes what is sent and does not answer.',
  });
}
