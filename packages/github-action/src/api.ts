import type { Network } from '@buildpacks-ci/core';
import { Octokit } from '@octokit/rest';

export interface ApiOptions {
  /** `GITHUB_API_URL`: another one on GitHub Enterprise. */
  readonly baseUrl: string;
  readonly token: string;
  readonly network: Network;
  readonly signal: AbortSignal;
}

/** How long one request may take, in milliseconds: nothing that we ask the API for is worth a longer wait. */
const PATIENCE = 15_000;

/** GitHub's API by our own network, so that its proxies and certificates count here as well. It logs nothing. */
export function createApi({ baseUrl, token, network, signal }: ApiOptions): Octokit {
  const silent = () => undefined;
  return new Octokit({
    auth: token,
    baseUrl,
    userAgent: 'buildpacks-ci',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: (url: string, init: RequestInit) => fetchBy(network, url, init, signal) },
  });
}

/** As much of `fetch` as Octokit needs. Redirects are not followed: the token is for one server. */
async function fetchBy(network: Network, url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  const target = new URL(url);
  try {
    const { statusCode, headers, body } = await network.dispatcher(target).request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === 'string' ? init.body : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    const content = Buffer.from(await body.arrayBuffer());
    const flat = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const response = new Response(NO_CONTENT.has(statusCode) ? null : content, { status: statusCode, headers: flat });
    Object.defineProperty(response, 'url', { value: url });
    return response;
  } catch (error) {
    throw await network.explain(error, target);
  }
}

/** Statuses with which there is no body, not even an empty one (fetch standard, "null body status"). */
const NO_CONTENT: ReadonlySet<number> = new Set([204, 205, 304]);
