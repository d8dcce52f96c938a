import type { Descriptor } from '../image/manifest.ts';
import type { Digest } from '../reference/index.ts';
import { refuseOtherDigest } from './digest-header.ts';
import { answerError, RegistryError } from './error.ts';
import type { Call, Transport } from './transport.ts';
import { PATIENCE, uploadLocation, type UploadSession } from './upload-session.ts';
import { withParameter } from './url.ts';
import type { Answer } from './wire.ts';

/** Bytes of a chunk: more than Amazon's registry wants at least (5 MiB), less than what proxies let through at most. */
export const CHUNK = 8 * 1024 * 1024;
/** No chunk is larger, whatever the registry wants: each is held in memory. */
const MAX_CHUNK = 64 * 1024 * 1024;

/**
 * Uploads piece by piece (distribution specification, pushing a blob in chunks); a piece that is cut off goes on where the
 * registry says that it got to. What a registry says of its progress otherwise is not believed: Amazon's stands still, and
 * the digest tells at the end whether all has come.
 *
 * @param source has exactly the descriptor's size
 */
export async function uploadInChunks(
  transport: Transport,
  session: UploadSession,
  { digest, size }: Descriptor,
  source: Bytes,
): Promise<void> {
  const upload = new ChunkedUpload(transport, session, digest);
  let start = 0;
  for await (const chunk of chunksOf(source, Math.min(Math.max(CHUNK, session.minChunk), MAX_CHUNK))) {
    await upload.send({ chunk, start, last: start + chunk.byteLength === size });
    start += chunk.byteLength;
  }
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Piece {
  readonly chunk: Buffer;
  /** Where in the blob it begins. */
  readonly start: number;
  readonly last: boolean;
}

class ChunkedUpload {
  readonly #transport: Transport;
  readonly #session: UploadSession;
  readonly #digest: Digest;
  #location: URL;

  constructor(transport: Transport, session: UploadSession, digest: Digest) {
    this.#transport = transport;
    this.#session = session;
    this.#digest = digest;
    this.#location = session.location;
  }

  async send(piece: Piece): Promise<void> {
    const retries = this.#transport.retries();
    let outOfStep = false;
    for (let from = piece.start; ; from = await this.#received(piece)) {
      try {
        await this.#sendFrom(from, piece);
        return;
      } catch (error) {
        const asked = outOfStep;
        outOfStep = error instanceof RegistryError && error.status === 416;
        if (outOfStep ? asked : !(await retries.waitAfter(error))) throw error;
      }
    }
  }

  /** The last piece closes the upload: Amazon's registry takes no end without bytes. */
  async #sendFrom(from: number, { chunk, start, last }: Piece): Promise<void> {
    const rest = chunk.subarray(from - start);
    const range = rest.byteLength === 0 ? {} : { 'content-range': `${from}-${from + rest.byteLength - 1}` };
    const call: Call = {
      ...this.#call(last ? 'PUT' : 'PATCH'),
      ...(last && { target: withParameter(this.#location, 'digest', this.#digest) }),
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(rest.byteLength), ...range },
      body: () => rest,
      expect: last ? [200, 201, 204] : [200, 201, 202, 204],
      patience: PATIENCE,
    };
    if (rest.byteLength === 0 && !last) return;
    await this.#transport.once(call, async (answer) => {
      await answer.discard();
      if (last) refuseOtherDigest(answer, call.task, this.#digest);
      else this.#follow(answer);
    });
  }

  /** How much of the blob the registry has. */
  async #received({ chunk, start }: Piece): Promise<number> {
    const call: Call = { ...this.#call('GET'), expect: [200, 202, 204, 404] };
    const answer = await this.#transport.call(call, async (answer) => {
      await answer.discard();
      return answer;
    });
    const end = Number(/^(?:bytes=)?0-(\d{1,15})$/.exec(answer.header('range') ?? '')?.[1] ?? 0);
    const received = end === 0 ? 0 : end + 1;
    if (answer.status === 404 || received < start || received > start + chunk.byteLength) throw this.#lost(answer);
    this.#follow(answer);
    return received;
  }

  #lost(answer: Answer): RegistryError {
    const { task } = this.#session;
    const reason = 'it has lost what was uploaded so far';
    return answerError(answer, { code: 'temporary', task, reason, transient: true });
  }

  #follow(answer: Answer): void {
    if (answer.header('location') !== undefined) this.#location = uploadLocation(answer, this.#session.task);
  }

  #call(method: 'GET' | 'PATCH' | 'PUT'): Omit<Call, 'expect'> {
    const { task, access } = this.#session;
    return { task, method, target: this.#location, access, errand: 'upload' };
  }
}

/** The bytes of a stream in pieces of one size, the last of which may be smaller. */
async function* chunksOf(source: Bytes, size: number): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const part of source) {
    let rest = part;
    while (held + rest.byteLength >= size) {
      const missing = size - held;
      yield Buffer.concat([...parts, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      parts = [];
      held = 0;
    }
    parts.push(rest);
    held += rest.byteLength;
  }
  if (held > 0) yield Buffer.concat(parts);
}
