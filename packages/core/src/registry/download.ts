import type { Readable } from 'node:stream';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import type { Attempts, Turn } from './attempts.ts';
import { BlobContent } from './blob-content.ts';
import { BlobStream } from './blob-stream.ts';
import { answerError, RegistryError } from './error.ts';
import { refuseOtherDigest } from './digest-header.ts';
import { transportNote } from './page.ts';
import { Resumes } from './resumes.ts';
import { BRIEFLY, isTransient } from './retry.ts';
import { readAccess } from './scope.ts';
import { type Call, type Transport, withTask } from './transport.ts';
import type { Answer } from './wire.ts';

/** For messages. */
export function blobTask(repository: Repository, digest: Digest): string {
  return `read the blob ${formatRepository(repository)}@${digest}`;
}

export async function hasBlob(transport: Transport, turn: Turn, digest: Digest): Promise<boolean> {
  return (await headBlob(transport, turn, digest)) !== undefined;
}

/** Bytes of a blob, if the endpoint has it and tells. */
export async function blobSize(transport: Transport, turn: Turn, digest: Digest): Promise<number | undefined> {
  return (await headBlob(transport, turn, digest))?.length;
}

function headBlob(transport: Transport, { endpoint, followed }: Turn, digest: Digest): Promise<Answer | undefined> {
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
    refuseOtherDigest(answer, call.task, digest);
    return answer.status === 200 ? answer : undefined;
  });
}

/**
 * Opens a blob. The stream gives at most the descriptor's size in bytes, goes on with a `Range` request where a connection
 * broke, at the next endpoint when one gives up, and fails at its end when size or digest differ. Destroying it ends the download.
 */
export async function readBlob(transport: Transport, attempts: Attempts, descriptor: Descriptor): Promise<Readable> {
  const abort = new AbortController();
  const download = new Download(transport, attempts, descriptor, abort.signal);
  return new BlobStream(download.chunks(await download.open()), abort);
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

  /** The first endpoint's answer that gives the blob. */
  async open(): Promise<Answer> {
    for (;;) {
      try {
        return await this.#ask(0);
      } catch (error) {
        this.#attempts.failed(error);
      }
    }
  }

  async *chunks(first: Answer): AsyncGenerator<Uint8Array> {
    const content = new BlobContent(this.#descriptor, this.#attempts.turn.followed);
    const resumes = new Resumes(this.#transport, this.#attempts, this.#signal);
    for (let answer = first; ; answer = await this.#reopen(content)) {
      const failure = yield* this.#take(answer, content);
      if (failure === undefined) {
        yield* content.release();
        return;
      }
      if (!content.wrong && (await resumes.after(failure, content.received))) continue;
      this.#moveOn(withTask(failure, { ...this.#call(), url: answer.url }), content);
    }
  }

  /** Passes on what an answer has; what it failed with when the blob is not whole then. */
  async *#take(answer: Answer, content: BlobContent): AsyncGenerator<Uint8Array, unknown> {
    try {
      for await (const chunk of skip(answer, content.received - startOf(answer))) {
        const problem = content.take(chunk);
        if (problem !== undefined) return this.#broken(answer, problem);
        if (!content.held) yield chunk;
      }
    } catch (error) {
      // When only the end of the connection was not as it should be, all is there.
      if (content.received < this.#descriptor.size || !isTransient(error)) return error;
    }
    const problem = content.finish();
    if (problem === undefined) return undefined;
    // An answer of no declared length may have been cut off.
    const cut = content.received < this.#descriptor.size;
    return this.#broken(answer, problem, cut || this.#attempts.replaceable);
  }

  /** @throws the error when no other endpoint can go on where this one stopped */
  #moveOn(error: unknown, content: BlobContent): void {
    if (content.wrong && !content.held) {
      if (error instanceof RegistryError) this.#attempts.spoilt(error);
      throw error;
    }
    if (!content.held && content.received > 0) {
      this.#attempts.failedMidway(error);
      return;
    }
    this.#attempts.failed(error);
    // Nobody has seen the bytes yet, and this endpoint may not have had the right ones.
    content.restart();
  }

  async #reopen(content: BlobContent): Promise<Answer> {
    for (;;) {
      try {
        return await this.#ask(content.received);
      } catch (error) {
        this.#moveOn(error, content);
      }
    }
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
      opaque: true,
      signal: this.#signal,
      ...(followed && { retry: BRIEFLY.retry }),
    };
  }

  /** An answer that starts at the offset, or at 0: who does not give the rest as it was asked for is asked for the whole. */
  async #ask(offset: number): Promise<Answer> {
    const call = this.#call();
    const ranged = { headers: { range: `bytes=${offset}-` }, expect: [...call.expect, 416] };
    const sent = await this.#transport.call({ ...call, ...(offset > 0 && ranged) }, (answer) => {
      return this.#fitting(answer, offset);
    });
    return sent ?? this.#ask(0);
  }

  /** The answer when it starts at the offset or at 0; undefined when it does neither and a range was asked for. */
  async #fitting(answer: Answer, offset: number): Promise<Answer | undefined> {
    const start = answer.status === 416 ? Number.NaN : startOf(answer);
    const starts = start === 0 || start === offset;
    const rest = this.#descriptor.size - start;
    if (starts && (answer.length === undefined || answer.length === rest)) return answer;
    await answer.discard();
    if (starts) throw this.#broken(answer, `it should have ${rest} bytes and is sent with ${answer.length ?? 0}`);
    if (offset > 0) return undefined;
    throw this.#broken(answer, `asked for all of it, it sent "${answer.header('content-range') ?? ''}"`);
  }

  /** @param transient whether asking again may help; another endpoint can always be asked for the blob as a whole */
  #broken(answer: Answer, problem: string, transient = this.#attempts.replaceable): RegistryError {
    const { task } = this.#call();
    const reason = `${problem}${transportNote(answer)}`;
    return answerError(answer, { task, reason, transient });
  }
}

/** Where in the blob an answer starts: `Content-Range: bytes 100-199/200`. */
export function startOf(answer: Answer): number {
  if (answer.status !== 206) return 0;
  return Number(/^bytes (\d{1,15})-/.exec(answer.header('content-range') ?? '')?.[1] ?? Number.NaN);
}

/** The body of an answer without its first bytes. */
export async function* skip(answer: Answer, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of answer.chunks()) {
    const rest = chunk.subarray(Math.min(left, chunk.byteLength));
    left -= chunk.byteLength - rest.byteLength;
    if (rest.byteLength > 0) yield rest;
  }
}
