import { STATUS_CODES } from 'node:http';
import { BuildpacksError, type ErrorCode } from '../../errors/index.ts';
import { NetworkFailure, networkFailure } from '../failure.ts';
import { askedSchemes, isNotSupported } from './authenticate.ts';
import { formatProxy, type ProxyServer } from './proxy-server.ts';
import type { AnswerHead } from './transport/answers.ts';

/** The way through a proxy: what it is for, as `host:port`. */
export interface Route {
  readonly server: ProxyServer;
  readonly target: string;
}

interface Facts {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly transient?: boolean;
  readonly status?: number;
  readonly cause?: unknown;
}

/** A proxy is in the way: it can't be reached, refuses, or can't get further. What the target itself answers is never one. */
export class ProxyError extends BuildpacksError {
  override readonly name = 'ProxyError';
  /** `http://host:port` */
  readonly proxy: string;
  /** `host:port` of what it should have led to. */
  readonly target: string;
  /** What an http proxy answered, if it did. */
  readonly status: number | undefined;
  /** True when the same request may succeed a moment later. */
  readonly transient: boolean;

  constructor({ server, target }: Route, { code, message, hint, transient = false, status, cause }: Facts) {
    super(code, `${message} (on the way to ${target}; the proxy is from ${server.source})`, { hint, cause });
    this.proxy = formatProxy(server);
    this.target = target;
    this.status = status;
    this.transient = transient;
  }
}

/** The connection to the proxy failed, or broke before it had answered. */
export function proxyUnreachable(route: Route, cause: unknown): BuildpacksError {
  if (cause instanceof BuildpacksError) return cause;
  const { server, target } = route;
  const address = formatProxy(server);
  const failure = networkFailure(cause, new URL(address));
  const transient = failure instanceof NetworkFailure && failure.transient;
  const hint =
    server.protocol === 'https' && failure.code === 'registry'
      ? `Give the authority of its certificate with ca-certificates; if the proxy speaks no TLS itself, write http:// in ${server.source}.`
      : `Check the address in ${server.source}; if ${target} is reached without a proxy, list it in no-proxy.`;
  const message = `the proxy ${address} can't be used: ${failure.message}`;
  return new ProxyError(route, { code: failure.code, message, hint, transient, cause });
}

/** Explains what an http proxy answered. */
export function proxyRefused(route: Route, { status, headers }: AnswerHead): ProxyError {
  const detail = reasonOf(headers);
  const said = [`${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), ...(detail === '' ? [] : [detail])].join(', ');
  const message = `the proxy ${formatProxy(route.server)} answers ${said}`;
  switch (status) {
    case 407:
      return new ProxyError(route, {
        code: 'denied',
        status,
        ...explainAuthentication(route.server, message, headers),
      });
    case 502:
    case 503:
    case 504: {
      const hint = `The proxy can't get through to ${route.target}: check the name, and whether the proxy may resolve and reach it.`;
      return new ProxyError(route, { code: 'temporary', message, hint, transient: true, status });
    }
    default: {
      const hint = `Ask who runs the proxy to allow ${route.target}; if it is reached without a proxy, list it in no-proxy.`;
      return new ProxyError(route, { code: status === 403 ? 'denied' : 'registry', message, hint, status });
    }
  }
}

function explainAuthentication(server: ProxyServer, said: string, headers: AnswerHead['headers']) {
  const asked = askedSchemes(headers['proxy-authenticate']);
  const list = asked.map(({ scheme, realm }) => (realm === '' ? scheme : `${scheme} "${realm}"`)).join(', ');
  const message = list === '' ? said : `${said}; it asks for ${list}`;
  if (isNotSupported(asked)) {
    const hint =
      'Only Basic is supported: ask for a user with Basic, or run a local proxy that speaks the other, such as cntlm.';
    return { message, hint };
  }
  const hint =
    server.credential === undefined
      ? `Give a user and password: http://user:password@${server.host}:${server.port} in ${server.source}.`
      : `It does not accept the user and password in ${server.source}; special characters in them are percent-encoded.`;
  return { message, hint };
}

/** What the proxy says beside the status, in few characters: squid's name of the error, or RFC 9209's. */
function reasonOf(headers: AnswerHead['headers']): string {
  const squid = /^ERR_[A-Z_]{1,60}/.exec(textOf(headers['x-squid-error']))?.[0];
  const standard = /;\s*error=([a-z_]{1,60})/.exec(textOf(headers['proxy-status']))?.[1];
  return squid ?? standard ?? '';
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(', ');
}

/**
 * Whether an answer to a request in absolute form is the proxy's own and not the target's: a 407 always; other refusals where the proxy
 * marks them (squid's header, RFC 9209's `error`, or a `Server` that is also the proxy named in `Via`). An unmarked one is the target's.
 */
export function isOfProxy({ status, headers }: AnswerHead): boolean {
  if (status === 407) return true;
  if (![403, 502, 503, 504].includes(status)) return false;
  if (reasonOf(headers) !== '') return true;
  const server = textOf(headers['server']).toLowerCase();
  return server !== '' && textOf(headers['via']).toLowerCase().includes(`(${server})`);
}
