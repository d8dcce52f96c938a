import { STATUS_CODES } from 'node:http';
import { BuildpacksError, type Network } from '@buildpacks-ci/core';

/** What the client of a network gives for a request. */
export type Answer = Awaited<ReturnType<ReturnType<Network['dispatcher']>['request']>>;

export interface Request {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | NodeJS.ReadableStream;
  readonly signal: AbortSignal;
}

/** Bytes of an answer that is a message: more is none of the service's. */
const MAX_MESSAGE = 1024 * 1024;

/**
 * Sends a request by the run's network. Redirects are not followed: what is sent is for this host.
 *
 * @throws BuildpacksError that names the host only: the query of a signed URL is a secret
 */
export async function exchange(network: Network, request: Request): Promise<Answer> {
  const { url, method, headers, body, signal } = request;
  const path = `${url.pathname}${url.search}`;
  try {
    return await network.dispatcher(url).request({
      origin: url.origin,
      path,
      method,
      headers: { 'user-agent': 'buildpacks-ci', ...headers },
      signal,
      ...(body !== undefined && { body: body as Uint8Array }),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw await network.explain(error, url);
  }
}

/**
 * The text of a short answer, read to its end so that the connection can be used again.
 *
 * @param who answers, for messages
 * @throws BuildpacksError
 */
export async function messageOf({ body }: Answer, who: string, signal: AbortSignal): Promise<string> {
  const pieces: Uint8Array[] = [];
  let left = MAX_MESSAGE;
  for await (const piece of unbroken(body, who, signal)) {
    left -= piece.length;
    if (left < 0) throw new BuildpacksError('registry', `${who} gave an answer that is too long`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** What comes of a body. That it breaks off is one of our errors, and an abort its reason. */
export async function* unbroken(body: Answer['body'], who: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    signal.throwIfAborted();
    throw new BuildpacksError('temporary', `${who} broke off in the middle of an answer`, { cause: error });
  }
}

/** The answer's header when there is one of that name. */
export function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** An answer that says no. */
export function refusal(who: string, { statusCode }: Answer, detail = ''): BuildpacksError {
  const isTemporary = statusCode >= 500 || statusCode === 408 || statusCode === 429;
  const isDenied = statusCode === 401 || statusCode === 403;
  const status = `${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd();
  const code = isTemporary ? 'temporary' : isDenied ? 'denied' : 'registry';
  return new BuildpacksError(code, `${who} answered ${status}${detail === '' ? '' : `: ${detail}`}`);
}
