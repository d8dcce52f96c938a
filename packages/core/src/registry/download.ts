import { Readable } from 'node:stream';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import type { Attempts, Turn } from './attempts.ts';
import { BlobContent } from './blob-content.ts';
import { RegistryError } from './error.ts';
import { encodingNote } from './manifests.ts';
import { BRIEFLY, isTransient } from './retry.ts';
import { readAccess } from './scope.ts';
import { type Call, type Transport, withTask } from './transport.ts';
import { redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** A download that broke off this often without getting any further is given up. */
const MAX_RESUMES = 5;
/** Bytes that count as getting further. */
const PROGRESS = 1024 * 1024;

/** For messages. */
export function blobTask(repository: Repository, digest: Digest): string {
  return `read the blob ${formatRepository(repository)}@${digest}`;
}

export async function hasBlob(transport: Transport, { endpoint, followed }: Turn, digest: Digest): Promise<boolean> {
  const call: Call = {
    task: `look for the blob ${formatRepository(endpoint.reference.repository)}@${digest}`,
    method: 'HEAD',
    target: `blobs/${digest}`,
    access: readAccess(endpoint),
    expect: [200, 404],
    errand: 'download',
    ...(followed && BRIEFLY),
  };
  return transport.call(call, async (answer) => {
    await answer.discard();
    return answer.status === 200;
  });
}

/**
 * Opens a blob. The stream gives at most the descriptor's size in bytes, goes on with a `Range` request where a connection
 * broke, at the next endpoint when one gives up, and fails at its end when size or digest differ. Destroying it ends the download.
 */
export async function readBlob(transport: Transport, attempts: Attempts, descriptor: Descriptor): Promise<Readable> {
  const abort = new AbortController();
  const download = new Download(transport, attempts, descriptor, abort.signal);
  return new BlobStream(download.chunks(await download.open(0)), abort);
}

/** `Readable.from` would wait for the next chunk before it ends; this ends the request at once. */
class BlobStream extends Readable {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #abort: AbortController;

  constructor(chunks: AsyncGenerator<Uint8Array>, abort: AbortController) {
    super();
    this.#chunks = chunks;
    this.#abort = abort;
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#abort.abort();
    const settle = (): void => {
      callback(error);
    };
    this.#chunks.return(undefined).then(settle, settle);
  }
}

class Download {
  readonly #transport: Transport;
  readonly #attempts: Attempts;
  readonly #descriptor: Descriptor;
  readonly #signal: AbortSignal;

  constructor(transport: Transport, attempts: Attempts, descriptor: Descriptor, signal: AbortSignal) {
    this.#transport = transport;
    this.#attempts = attempts;
    this.#descriptor = descriptor;
    this.#signal = signal;
  }

  /** An answer that starts at `offset`, or at 0 when the registry knows no ranges; from the first endpoint that gives one. */
  async open(offset: number): Promise<Answer> {
    for (;;) {
      try {
        return await this.#ask(offset);
      } catch (error) {
        this.#attempts.failed(error);
      }
    }
  }

  async *chunks(first: Answer): AsyncGenerator<Uint8Array> {
    const content = new BlobContent(this.#descriptor, this.#attempts.turn.followed);
    const resumes = new Resumes();
    for (let answer = first; ; answer = await this.open(content.received)) {
      try {
        for await (const chunk of skip(answer, content.received - startOf(answer))) {
          this.#require(content.take(chunk), answer);
          if (!content.held) yield chunk;
        }
        this.#require(content.finish(), answer);
        yield* content.release();
        return;
      } catch (error) {
        const max = this.#attempts.turn.followed ? 1 : MAX_RESUMES;
        if (isTransient(error) && !content.wrong && resumes.allowed(content.received, max)) continue;
        this.#moveOn(withTask(error, { ...this.#call(), url: answer.url }), content);
      }
    }
  }

  #require(problem: string | undefined, answer: Answer): void {
    if (problem !== undefined) throw this.#broken(answer, problem);
  }

  /** @throws the error when no other endpoint can go on where this one stopped */
  #moveOn(error: unknown, content: BlobContent): void {
    if (content.wrong && !content.held) {
      if (error instanceof RegistryError) this.#attempts.spoilt(error);
      throw error;
    }
    this.#attempts.failed(error);
    if (content.wrong) content.restart();
  }

  #call(): Call {
    const { digest } = this.#descriptor;
    const { endpoint, followed } = this.#attempts.turn;
    return {
      task: blobTask(endpoint.reference.repository, digest),
      method: 'GET',
      target: `blobs/${digest}`,
      access: readAccess(endpoint),
      expect: [200, 206],
      errand: 'download',
      signal: this.#signal,
      ...(followed && { retry: BRIEFLY.retry }),
    };
  }

  #ask(offset: number): Promise<Answer> {
    const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
    return this.#transport.call({ ...this.#call(), headers }, async (answer) => {
      const start = startOf(answer);
      const rest = this.#descriptor.size - start;
      const fits = start === 0 || start === offset;
      if (fits && (answer.length === undefined || answer.length === rest)) return answer;
      await answer.discard();
      if (!fits) {
        const range = answer.header('content-range') ?? '';
        throw this.#broken(answer, `asked for the bytes from ${offset}, it sent "${range}"`);
      }
      throw this.#broken(answer, `it should have ${rest} bytes and is sent with ${answer.length ?? 0}`);
    });
  }

  /** Another endpoint can be asked for the blob as a whole. */
  #broken(answer: Answer, problem: string): RegistryError {
    const { task, method } = this.#call();
    const reason = `${problem}${encodingNote(answer)}`;
    const transient = this.#attempts.turn.followed;
    const { url, status } = answer;
    return new RegistryError({ code: 'registry', task, method, url: redactUrl(url), status, reason, transient });
  }
}

/** Counts the resumes since the download last got further. */
class Resumes {
  #count = 0;
  #mark = 0;

  allowed(received: number, max: number): boolean {
    if (received - this.#mark >= PROGRESS) {
      this.#mark = received;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= max;
  }
}

/** Where in the blob an answer starts: `Content-Range: bytes 100-199/200`. */
function startOf(answer: Answer): number {
  if (answer.status !== 206) return 0;
  return Number(/^bytes (\d{1,15})-/.exec(answer.header('content-range') ?? '')?.[1] ?? Number.NaN);
}

async function* skip(answer: Answer, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of answer.chunks()) {
    const rest = chunk.subarray(Math.min(left, chunk.byteLength));
    left -= chunk.byteLength - rest.byteLength;
    if (rest.byteLength > 0) yield rest;
  }
}
