import { BuildpacksError, InputError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import { NetworkFailure, ProxyError } from '../../network/index.ts';
import { RegistryError } from '../../registry/index.ts';
import type { Check } from '../report.ts';
import { hopOf } from './hop.ts';

type Told = Pick<Check, 'message' | 'details' | 'remedy' | 'hop' | 'code'>;

/** Puts a failure into a verdict's words: what happened in one line, what was seen below it. */
export function describeFailure(thrown: unknown): Told {
  const error = unwrapped(thrown);
  const code = thrown instanceof BuildpacksError ? thrown.code : 'internal';
  const remedy = error instanceof BuildpacksError ? error.hint : undefined;
  const [message = '', ...details] = reasonOf(error).split('\n');
  return { hop: hopOf(error), code, message, details, ...optional('remedy', remedy) };
}

/** An input is to blame for what a registry said about it: what it said tells more. */
function unwrapped(error: unknown): unknown {
  return error instanceof InputError && error.cause instanceof RegistryError ? error.cause : error;
}

/** Without what was tried, which stands before it already. */
function reasonOf(error: unknown): string {
  if (error instanceof InputError) return error.problems.map(({ message }) => message).join('; ');
  if (!(error instanceof RegistryError)) return error instanceof Error ? error.message : String(error);
  const { cause, method, url, reason } = error;
  if (cause instanceof NetworkFailure || cause instanceof ProxyError) return cause.message;
  return method === undefined ? reason : `${method} ${url ?? ''}: ${reason}`;
}
