import { BuildpacksError, type Clock, type Log, type Network } from '@buildpacks-ci/core';
import { inTime } from './deadline.ts';
import { type Answer, exchange, headerOf, messageOf, refusal } from '../exchange.ts';
import { ENTRY_VERSION } from './keys.ts';
import { type RetryLimits, TooManyRequests, withRetries } from './retry.ts';

/** An entry that is there. */
export interface FoundEntry {
  readonly key: string;
  /** Signed: whoever has it may read, for some time. */
  readonly url: URL;
}

export interface ServiceOptions {
  readonly url: URL;
  readonly token: string;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Pick<Log, 'mask'>;
  readonly limits: ServiceLimits;
}

export interface ServiceLimits extends RetryLimits {
  /** Milliseconds for one answer of the service. */
  readonly answer: number;
}

const SERVICE = 'github.actions.results.api.v1.CacheService';
/** Keys that one look-up may have. */
const MAX_KEYS = 10;
/** So begins the message for a run that may only read. */
const DENIED = 'cache write denied';
/** Seconds to wait when the service wants us to, and does not say how long. */
const DEFAULT_WAIT = 5;

/**
 * GitHub's cache service, version 2: Twirp with JSON in protobuf's own field names. Calls answer with signed URLs of a blob store, which never
 * sees the token.
 */
export class CacheService {
  readonly #options: ServiceOptions;
  /** Whether it was waited for in vain: then nobody waits as long again. */
  #isGivenUp = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
    options.log.mask(options.token);
  }

  /** The newest entry that begins with the first of these keys that has one; the service looks in one scope after the other. */
  async find(keys: readonly string[], signal: AbortSignal): Promise<FoundEntry | undefined> {
    const [key = '', ...more] = keys.slice(0, MAX_KEYS);
    const found = await this.#call('GetCacheEntryDownloadURL', { key, restore_keys: more }, signal);
    if (found['ok'] !== true) return undefined;
    return { key: textOf(found['matched_key']), url: this.#signed(found['signed_download_url']) };
  }

  /** Where the new entry's content is to go; undefined when the key is taken. */
  async reserve(key: string, signal: AbortSignal): Promise<URL | undefined> {
    const answer = await this.#call('CreateCacheEntry', { key }, signal);
    if (answer['ok'] === true) return this.#signed(answer['signed_upload_url']);
    const message = textOf(answer['message']);
    if (!message.startsWith(DENIED)) return undefined;
    throw new BuildpacksError('denied', `GitHub's cache refused a new entry: ${message}`);
  }

  /** Makes an entry whose content is there visible. */
  async complete(key: string, size: number, signal: AbortSignal): Promise<void> {
    const answer = await this.#call('FinalizeCacheEntryUpload', { key, size_bytes: String(size) }, signal);
    if (answer['ok'] === true) return;
    throw new BuildpacksError('registry', `GitHub's cache did not complete an entry: ${textOf(answer['message'])}`);
  }

  async #call(method: string, request: object, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const { clock, limits, network, url, token } = this.#options;
    const patience = this.#isGivenUp ? { patience: 0, rateLimited: 0 } : {};
    const call = {
      url: new URL(`/twirp/${SERVICE}/${method}`, url),
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, version: ENTRY_VERSION }),
    } as const;
    try {
      return await withRetries({ clock, limits: { ...limits, ...patience }, signal }, () =>
        inTime({ milliseconds: limits.answer, clock, signal }, async (limited) =>
          contentOf(await exchange(network, { ...call, signal: limited }), limited),
        ),
      );
    } catch (error) {
      this.#isGivenUp ||= error instanceof BuildpacksError && error.code === 'temporary';
      throw error;
    }
  }

  #signed(value: unknown): URL {
    const text = textOf(value);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || (url.protocol !== 'https:' && url.protocol !== this.#options.url.protocol)) {
      throw new BuildpacksError('registry', "GitHub's cache gave an address that can't be used");
    }
    const signature = url.searchParams.get('sig');
    if (signature !== null) this.#options.log.mask(signature);
    return url;
  }
}

/** The message of an answer. That something is there already, one of Twirp's errors, is a no. */
async function contentOf(answer: Answer, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const text = await messageOf(answer, "GitHub's cache", signal);
  if (answer.statusCode === 429) throw new TooManyRequests(waitOf(answer));
  const message = parsed(text);
  const isTaken = answer.statusCode === 409;
  if (answer.statusCode !== 200 && !isTaken)
    throw refusal("GitHub's cache", answer, textOf(message?.['msg']).slice(0, 200));
  if (message === undefined)
    throw new BuildpacksError('temporary', "GitHub's cache gave an answer that is none of its own");
  return isTaken ? { ok: false } : message;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds, as GitHub writes it; an HTTP date is not read. */
function waitOf(answer: Answer): number {
  const seconds = headerOf(answer, 'retry-after') ?? '';
  return 1000 * (/^\d{1,6}$/.test(seconds) ? Number(seconds) : DEFAULT_WAIT);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
