import { BuildpacksError, type ErrorCode } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import { NetworkFailure } from '../../network/index.ts';
import { ProxyError } from '../../network/proxy/index.ts';
import { RegistryError } from '../../registry/index.ts';
import type { TlsExplanation } from '../../trust/index.ts';
import type { Check } from '../report.ts';
import { hopOf, tlsCodeOf } from './hop.ts';

type Told = Pick<Check, 'message' | 'details' | 'remedy' | 'hop' | 'code'>;

/** Finds out why TLS with the host of a URL failed; undefined when it was not TLS. */
export type DiagnoseTls = (url: URL, code: string) => Promise<TlsExplanation | undefined>;

/**
 * Puts a failure into a verdict's words.
 *
 * @param last the URL that was asked for last: the one to blame for a failed connection
 */
export async function describeFailure(error: unknown, last: URL | undefined, diagnose: DiagnoseTls): Promise<Told> {
  const hop = hopOf(error);
  const code = kindOf(error);
  const tlsCode = hop === 'tls' ? tlsCodeOf(error) : undefined;
  const tls = tlsCode === undefined || last === undefined ? undefined : await diagnose(last, tlsCode);
  if (tls !== undefined) return { hop, code, message: tls.message, details: tls.details, remedy: tls.hint };
  const remedy = error instanceof BuildpacksError ? error.hint : undefined;
  return { hop, code, message: reasonOf(error), details: [], ...optional('remedy', remedy) };
}

function kindOf(error: unknown): ErrorCode {
  return error instanceof BuildpacksError ? error.code : 'internal';
}

/** What was tried stands before it already. */
function reasonOf(error: unknown): string {
  if (!(error instanceof RegistryError)) return error instanceof Error ? error.message : String(error);
  const { cause, method, url, reason } = error;
  if (cause instanceof NetworkFailure || cause instanceof ProxyError) return cause.message;
  return method === undefined ? reason : `${method} ${url ?? ''}: ${reason}`;
}
