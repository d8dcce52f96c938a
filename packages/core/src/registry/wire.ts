import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { cancellation } from '../errors/index.ts';
import { NetworkFailure } from '../network/index.ts';
import type { Clock, Log, Network } from '../ports/index.ts';
import { CountedBody } from './counted-body.ts';
import { Pace } from './pace.ts';
import type { TrafficCounter } from './traffic.ts';
import { redactUrl } from './url.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request: no redirect is followed, nothing is tried again. */
export interface WireRequest {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Readable | undefined;
  /** Milliseconds to wait for the answer's headers; absent: the network's own limit. */
  readonly patience?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WireOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  readonly traffic: TrafficCounter;
  readonly signal: AbortSignal;
  readonly userAgent: string;
}

/** Sends requests, counts them, and explains what fails. The one place of this folder that touches the network. */
export class Wire {
  readonly #options: WireOptions;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** @throws NetworkFailure, ProxyError; what a streamed body throws is thrown as it is; the signal's reason as `cancelled` */
  async send(request: WireRequest): Promise<Answer> {
    const { network, clock, log, traffic, userAgent } = this.#options;
    const { method, url, headers, patience } = request;
    const signal =
      request.signal === undefined ? this.#options.signal : AbortSignal.any([this.#options.signal, request.signal]);
    const body = new CountedBody(request.body, traffic);
    traffic.countRequest();
    try {
      const response = await network.dispatcher(url).request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        // Bytes are verified as the registry stores them: nothing between may compress them.
        headers: { ...headers, 'user-agent': userAgent, 'accept-encoding': 'identity' },
        body: body.content,
        // undici closes a connection after each HEAD, for servers that answer it with a body: what it did not ask for it sees before
        // it uses a connection again.
        reset: false,
        signal,
        ...(patience !== undefined && { headersTimeout: patience }),
      });
      log.debug(`${method} ${redactUrl(url)}: ${response.statusCode}`);
      const explain = network.explain.bind(network);
      return new Answer(request, response, { traffic, clock, signal, explain });
    } catch (error) {
      body.discard();
      if (body.failure !== undefined) throw body.failure;
      throw signal.aborted ? cancellation(signal) : await network.explain(error, url);
    }
  }
}

interface AnswerContext {
  readonly traffic: TrafficCounter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly explain: Network['explain'];
}

/** An answer whose headers have come. Its body must be read or discarded, else its connection stays taken. */
export class Answer {
  readonly method: Method;
  readonly url: URL;
  readonly status: number;
  readonly #response: Dispatcher.ResponseData;
  readonly #context: AnswerContext;

  constructor(request: WireRequest, response: Dispatcher.ResponseData, context: AnswerContext) {
    this.method = request.method;
    this.url = request.url;
    this.status = response.statusCode;
    this.#response = response;
    this.#context = context;
  }

  /** A header's value; several of one name joined by commas. */
  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** The declared length of the body in bytes. */
  get length(): number | undefined {
    const text = this.header('content-length');
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** @throws NetworkFailure when it breaks off, falls silent, or comes too slowly to be of use */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const { traffic, clock, signal, explain } = this.#context;
    const pace = new Pace();
    let ready = clock.now();
    try {
      for await (const chunk of this.#response.body as AsyncIterable<Uint8Array>) {
        traffic.countDown(chunk.byteLength);
        if (!pace.keepsUp(chunk.byteLength, clock.now() - ready)) throw tooSlow(this.url);
        yield chunk;
        ready = clock.now();
      }
    } catch (error) {
      throw signal.aborted ? cancellation(signal) : await explain(error, this.url);
    }
  }

  /** The body when it has at most `limit` bytes; else the first `limit` of them, and the connection is dropped. */
  async bytes(limit: number): Promise<{ readonly bytes: Uint8Array; readonly complete: boolean }> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      parts.push(chunk);
      size += chunk.byteLength;
      if (size > limit) return { bytes: Buffer.concat(parts).subarray(0, limit), complete: false };
    }
    return { bytes: Buffer.concat(parts), complete: true };
  }

  /** Makes the connection free again. */
  async discard(): Promise<void> {
    await this.bytes(MAX_DISCARDED).catch(() => undefined);
  }
}

/** Reading a little more is cheaper than a new connection. */
const MAX_DISCARDED = 64 * 1024;

function tooSlow({ host }: URL): NetworkFailure {
  const hint = `Check the load of ${host} and of the proxies before it.`;
  const message = `${host} sends its answer a few bytes at a time`;
  return new NetworkFailure({ code: 'temporary', message, hint, transient: true, slow: true }, undefined);
}
