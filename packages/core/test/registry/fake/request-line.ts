import type { Exchange } from '../fake-registry.ts';

/**
 * What a request asks, in the words of the matrix: `GET manifest v1`, `HEAD blob`, `GET blob from 4`, `POST mount`,
 * `PUT upload`, `PATCH upload 0-7`, `GET token repository:app:pull`, `GET signed`. Ends with the identity when there is one.
 */
export function describeRequest(exchange: Exchange): string {
  return [exchange.method, target(exchange), range(exchange), identity(exchange)].filter(Boolean).join(' ');
}

function target({ url, method }: Exchange): string {
  const [, kind, rest = ''] = /^\/v2\/.+?\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
  if (url.pathname === '/v2/') return 'ping';
  if (url.pathname === '/token') return ['token', ...url.searchParams.getAll('scope')].join(' ');
  if (kind === 'manifests') return `manifest ${rest.startsWith('sha256:') ? 'by digest' : rest}`;
  if (kind === undefined) return url.pathname.split('/', 2)[1] ?? '';
  if (!rest.startsWith('uploads/')) return 'blob';
  if (method !== 'POST') return 'upload';
  return url.searchParams.has('mount') ? 'mount' : 'uploads';
}

function range({ request: { headers } }: Exchange): string {
  const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  return from === undefined ? (headers['content-range'] ?? '') : `from ${from}`;
}

/** `as alice` for Basic authentication, `with token-1` for a token. */
function identity({ authorization = '' }: Exchange): string {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme === 'Basic') return `as ${Buffer.from(value, 'base64').toString().split(':', 1).join('')}`;
  return scheme === 'Bearer' ? `with ${value}` : '';
}
