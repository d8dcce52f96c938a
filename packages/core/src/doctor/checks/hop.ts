import { BuildpacksError } from '../../errors/index.ts';
import { ProxyError } from '../../network/index.ts';
import { errorCodes } from '../../network/failure.ts';
import { RegistryError } from '../../registry/index.ts';
import { mayBeTlsFailure } from '../../trust/index.ts';
import type { Hop } from '../report.ts';

const DNS = /^(ENOTFOUND|EAI_AGAIN|ENODATA|ESERVFAIL)$/;
const TCP =
  /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;

/** Tells from a failure how far the request came. */
export function hopOf(error: unknown): Hop {
  if (comesFrom(error, ProxyError)) return 'proxy';
  const codes = errorCodes(error);
  if (codes.some((code) => DNS.test(code))) return 'dns';
  if (codes.some((code) => TCP.test(code))) return 'tcp';
  if (codes.some((code) => mayBeTlsFailure(code) || code === 'ERR_TLS_HANDSHAKE_TIMEOUT')) return 'tls';
  if (error instanceof RegistryError) return error.status === 401 || error.status === 403 ? 'credentials' : 'http';
  if (!(error instanceof BuildpacksError)) return 'http';
  if (error.code === 'input' || error.code === 'policy' || error.code === 'machine') return 'input';
  return error.code === 'image' ? 'content' : 'http';
}

function comesFrom(error: unknown, kind: typeof ProxyError): boolean {
  return error instanceof kind || (error instanceof Error && comesFrom(error.cause, kind));
}
