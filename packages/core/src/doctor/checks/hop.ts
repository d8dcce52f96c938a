import { BuildpacksError } from '../../errors/index.ts';
import { ProxyError } from '../../network/proxy/index.ts';
import { RegistryError } from '../../registry/index.ts';
import { mayBeTlsFailure } from '../../trust/index.ts';
import type { Hop } from '../report.ts';

const DNS = /^(ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL)$/;
const TCP =
  /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;

/** Tells from a failure how far the request came. */
export function hopOf(error: unknown): Hop {
  const chain = [...causesOf(error)];
  if (chain.some((each) => each instanceof ProxyError)) return 'proxy';
  const codes = chain.flatMap(codeOf);
  if (codes.some((code) => DNS.test(code))) return 'dns';
  if (codes.some((code) => TCP.test(code))) return 'tcp';
  if (codes.some(mayBeTlsFailure)) return 'tls';
  const [first] = chain;
  if (first instanceof RegistryError) return first.status === 401 || first.status === 403 ? 'credentials' : 'http';
  if (!(first instanceof BuildpacksError)) return 'http';
  if (first.code === 'input') return 'input';
  return first.code === 'image' ? 'content' : 'http';
}

/** The code of Node or OpenSSL that ended a TLS handshake, if one did. */
export function tlsCodeOf(error: unknown): string | undefined {
  return [...causesOf(error)].flatMap(codeOf).find(mayBeTlsFailure);
}

/** An error and its causes; those of a host's several addresses too. */
function* causesOf(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError) for (const each of error.errors) yield* causesOf(each);
  yield* causesOf(error.cause);
}

/** The codes of our own errors are of another kind. */
function codeOf(error: Error): readonly string[] {
  if (error instanceof BuildpacksError) return [];
  return 'code' in error && typeof error.code === 'string' ? [error.code] : [];
}
