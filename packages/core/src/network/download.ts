import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';
import { BuildpacksError, machineError } from '../errors/index.ts';
import type { Ports } from '../ports/index.ts';
import type { Digest } from '../reference/index.ts';
import { refuseUrl } from './errand.ts';
import { NetworkFailure } from './failure.ts';
import { OfflineRefusal } from './reach.ts';
import { ProxyError } from './proxy/index.ts';

/** A file on the web, known by its content. */
export interface Download {
  readonly url: URL;
  readonly digest: Digest;
  /** Where the file goes; replaced when it is there. */
  readonly target: string;
  readonly maxBytes: number;
}

export type DownloadPorts = Pick<Ports, 'network' | 'clock' | 'log' | 'signal'>;

const ATTEMPTS = 3;
/** Milliseconds before the second attempt; longer before the third. */
const DELAY = 1000;
const MAX_REDIRECTS = 5;
/** Nobody's link is followed, and nobody's file written to. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Fetches a file over https, without any credential. Redirects lead to https only, and from the web to no address within a network; the file is whole when its digest is right, and may
 * not be used when this throws.
 *
 * @throws BuildpacksError `temporary` after several attempts; `denied`, `registry` when the server refuses; `image` on other content
 */
export async function download(file: Download, ports: DownloadPorts): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await save(await request(file.url, ports), file, ports);
      return;
    } catch (error) {
      const failure = await failureOf(error, file.url, ports);
      if (!isTransient(failure) || attempt === ATTEMPTS) throw failure;
      ports.log.info(`${failure.message}; trying again`);
      await ports.clock.sleep(DELAY * attempt, ports.signal);
    }
  }
}

/** For messages: what follows the path may be a secret. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

async function request(from: URL, { network, signal }: DownloadPorts): Promise<Dispatcher.ResponseData['body']> {
  if (from.protocol !== 'https:') throw refused(from, 'it is not https');
  let url = from;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const { origin, pathname, search } = url;
    const path = `${pathname}${search}`;
    const headers = { 'user-agent': 'buildpacks-ci', 'accept-encoding': 'identity' };
    const {
      statusCode,
      headers: answered,
      body,
    } = await network.dispatcher(url).request({ origin, path, method: 'GET', headers, signal });
    if (statusCode === 200) return body;
    await body.dump();
    const location = answered['location'];
    if (statusCode < 300 || statusCode > 399 || typeof location !== 'string' || !URL.canParse(location, url.href)) {
      throw statusFailure(url, statusCode);
    }
    const next = new URL(location, url);
    const refusal = refuseUrl(next, url, 'file');
    if (refusal !== undefined) throw refused(from, `it leads to ${shownUrl(next)}: ${refusal}`);
    url = next;
  }
  throw refused(from, `it leads on more than ${MAX_REDIRECTS} times`);
}

async function save(body: Dispatcher.ResponseData['body'], file: Download, { log }: DownloadPorts): Promise<void> {
  const { url, digest, target, maxBytes } = file;
  const hash = createHash('sha256');
  let done = 0;
  await rm(target, { force: true });
  const handle = await open(target, NEW_FILE, 0o600);
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      done += chunk.length;
      if (done > maxBytes) throw refused(url, `it has more than ${maxBytes} bytes`);
      hash.update(chunk);
      await handle.writeFile(chunk);
      log.progress({ label: shownUrl(url), done, total: undefined });
    }
  } finally {
    await handle.close();
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual === digest) return;
  throw new BuildpacksError('image', `"${shownUrl(url)}" has the digest ${actual}, not ${digest}`, {
    hint: 'The file was replaced: look at what it is now before you write its new digest.',
  });
}

function statusFailure(url: URL, status: number): BuildpacksError {
  const temporary = status >= 500 || status === 408 || status === 429;
  const code = status === 401 || status === 403 ? 'denied' : 'registry';
  const message = `"${shownUrl(url)}" can't be fetched: ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
  const hint = 'No credential is sent: fetch what needs one in an earlier step, and give its path.';
  if (!temporary) return new BuildpacksError(code, message, code === 'denied' ? { hint } : {});
  return new NetworkFailure({ code: 'temporary', message, hint: 'Try again later.', transient: true }, undefined);
}

function refused(url: URL, why: string): BuildpacksError {
  return new BuildpacksError('registry', `"${shownUrl(url)}" can't be fetched: ${why}`);
}

async function failureOf(
  error: unknown,
  url: URL,
  { network, signal }: Pick<DownloadPorts, 'network' | 'signal'>,
): Promise<BuildpacksError> {
  if (signal.aborted) return new BuildpacksError('cancelled', 'cancelled', { cause: signal.reason });
  if (error instanceof OfflineRefusal) return error.during(`fetch "${shownUrl(url)}"`, url.hostname);
  const local = machineError(error);
  return local instanceof BuildpacksError ? local : network.explain(error, url);
}

function isTransient(error: BuildpacksError): boolean {
  return (error instanceof NetworkFailure || error instanceof ProxyError) && error.transient;
}
