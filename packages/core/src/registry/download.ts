import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Descriptor } from '../image/manifest.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import { RegistryError } from './error.ts';
import { encodingNote } from './manifests.ts';
import { isTransient } from './retry.ts';
import { type Call, type Transport, withTask } from './transport.ts';
import { redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** A download that broke off this often without getting any further is given up. */
const MAX_RESUMES = 5;
/** Bytes that count as getting further. */
const PROGRESS = 1024 * 1024;

export async function hasBlob(transport: Transport, repository: Repository, digest: Digest): Promise<boolean> {
  const call: Call = {
    task: `look for the blob ${formatRepository(repository)}@${digest}`,
    method: 'HEAD',
    target: `blobs/${digest}`,
    access: { repository, right: 'pull' },
    expect: [200, 404],
    errand: 'download',
  };
  return transport.call(call, async (answer) => {
    await answer.discard();
    return answer.status === 200;
  });
}

/**
 * Opens a blob. The stream gives at most the descriptor's size in bytes, goes on with a `Range` request where a connection
 * broke, and fails at its end when size or digest differ. Destroying it ends the download.
 */
export async function readBlob(
  transport: Transport,
  repository: Repository,
  descriptor: Descriptor,
): Promise<Readable> {
  const abort = new AbortController();
  const download = new Download(transport, repository, descriptor, abort.signal);
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
  readonly #descriptor: Descriptor;
  readonly #call: Call;

  constructor(transport: Transport, repository: Repository, descriptor: Descriptor, signal: AbortSignal) {
    this.#transport = transport;
    this.#descriptor = descriptor;
    this.#call = {
      task: `read the blob ${formatRepository(repository)}@${descriptor.digest}`,
      method: 'GET',
      target: `blobs/${descriptor.digest}`,
      access: { repository, right: 'pull' },
      expect: [200, 206],
      errand: 'download',
      signal,
    };
  }

  /** An answer that starts at `offset`, or at 0 when the registry knows no ranges. */
  open(offset: number): Promise<Answer> {
    const headers = offset === 0 ? {} : { range: `bytes=${offset}-` };
    return this.#transport.call({ ...this.#call, headers }, async (answer) => {
      const start = startOf(answer);
      const rest = this.#descriptor.size - start;
      const fits = start === 0 || start === offset;
      if (fits && (answer.length === undefined || answer.length === rest)) return answer;
      await answer.discard();
      if (!fits)
        throw this.#broken(
          answer,
          `asked for the bytes from ${offset}, it sent "${answer.header('content-range') ?? ''}"`,
        );
      throw this.#broken(
        answer,
        `it should have ${rest} bytes and is sent with ${answer.length ?? 0}${encodingNote(answer)}`,
      );
    });
  }

  async *chunks(first: Answer): AsyncGenerator<Uint8Array> {
    const { size, digest } = this.#descriptor;
    const hash = createHash('sha256');
    const resumes = new Resumes();
    let received = 0;
    for (let answer = first; ; answer = await this.open(received)) {
      try {
        for await (const chunk of skip(answer, received - startOf(answer))) {
          received += chunk.byteLength;
          if (received > size) throw this.#broken(answer, `it has more than ${size} bytes${encodingNote(answer)}`);
          hash.update(chunk);
          yield chunk;
        }
        if (received < size)
          throw this.#broken(answer, `it has ${received} bytes instead of ${size}${encodingNote(answer)}`);
        const actual = `sha256:${hash.digest('hex')}`;
        if (actual !== digest)
          throw this.#broken(answer, `its content has the digest ${actual}${encodingNote(answer)}`);
        return;
      } catch (error) {
        if (!isTransient(error) || !resumes.allowed(received))
          throw withTask(error, { ...this.#call, url: answer.url });
      }
    }
  }

  #broken({ url }: Answer, reason: string): RegistryError {
    const { task, method } = this.#call;
    return new RegistryError({ code: 'registry', task, method, url: redactUrl(url), reason });
  }
}

/** Counts the resumes since the download last got further. */
class Resumes {
  #count = 0;
  #mark = 0;

  allowed(received: number): boolean {
    if (received - this.#mark >= PROGRESS) {
      this.#mark = received;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= MAX_RESUMES;
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
