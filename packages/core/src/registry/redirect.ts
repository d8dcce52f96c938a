import type { Readable } from 'node:stream';
import { type Errand, refuseUrl } from '../network/index.ts';
import { answerError, RegistryError } from './error.ts';
import { parseUrl, redactUrl } from './url.ts';
import type { Answer, Method, Wire, WireRequest } from './wire.ts';

export type Body = Uint8Array | Readable;

/** A request that may be sent more than once, since redirects and retries open the body anew. */
export interface Request {
  readonly method: Method;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to the URL's own origin only. */
  readonly authorization?: string | undefined;
  readonly body?: (() => Body | Promise<Body>) | undefined;
  readonly patience?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_REDIRECTS = 10;

/**
 * Sends a request and follows redirects by hand. Each hop is decided anew: where it may lead, which connection it takes,
 * and whether it carries the credential, which it does only while every hop so far stayed on the first origin.
 *
 * @param task for messages: `read the manifest of …`
 */
export async function follow(wire: Wire, request: Request, task: string, errand: Errand): Promise<Answer> {
  let { url, authorization } = request;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const answer = await wire.send(await wireRequest(request, url, authorization));
    if (!isRedirect(answer)) return answer;
    const target = redirectTarget(answer, task, errand);
    await answer.discard();
    if (target.origin !== url.origin) authorization = undefined;
    url = target;
  }
  throw new RegistryError({
    code: 'registry',
    task,
    method: request.method,
    url: redactUrl(request.url),
    reason: `more than ${MAX_REDIRECTS} redirects`,
    hint: `Check the configuration of ${request.url.host} and of the proxies in front of it.`,
  });
}

async function wireRequest(request: Request, url: URL, authorization: string | undefined): Promise<WireRequest> {
  const { method, patience, signal } = request;
  const body = await request.body?.();
  const headers = { ...request.headers, ...(authorization !== undefined && { authorization }) };
  return { method, url, headers, body, patience, signal };
}

/** 301 to 303 would turn a write into a GET: only reads follow them. */
function isRedirect({ status, method }: Answer): boolean {
  if (status === 307 || status === 308) return true;
  return (status === 301 || status === 302 || status === 303) && (method === 'GET' || method === 'HEAD');
}

function redirectTarget(answer: Answer, task: string, errand: Errand): URL {
  const location = answer.header('location');
  const fail = (reason: string) =>
    answerError(answer, {
      task,
      reason,
      hint: `Check the configuration of ${answer.url.host}: it must name addresses that its clients may use.`,
    });
  const target = location === undefined ? undefined : parseUrl(location, answer.url);
  if (target === undefined) throw fail('a redirect without a valid Location');
  target.hash = '';
  const refusal = refuseUrl(target, answer.url, errand) ?? refuseSecretBody(answer, target, errand);
  if (refusal !== undefined) throw fail(`the redirect to ${redactUrl(target)} is refused: ${refusal}`);
  return target;
}

/** An OAuth2 exchange has its secret in the body, where dropping a header does not help. */
function refuseSecretBody(answer: Answer, target: URL, errand: Errand): string | undefined {
  const leaves = errand === 'credentials' && answer.method === 'POST' && target.origin !== answer.url.origin;
  return leaves ? 'a token is not sent to another host' : undefined;
}
