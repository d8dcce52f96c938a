import type { Descriptor } from '../image/manifest.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import { CHUNK, uploadInChunks } from './chunked-upload.ts';
import { refuseOtherDigest } from './digest-header.ts';
import { RegistryError } from './error.ts';
import { type BlobSource, exactBody } from './exact-body.ts';
import { isTransient } from './retry.ts';
import type { Access } from './scope.ts';
import type { Call, Transport } from './transport.ts';
import { beginUpload, cancelUpload, PATIENCE, type UploadSession } from './upload-session.ts';
import { withParameter } from './url.ts';

export type OpenBlob = () => BlobSource | Promise<BlobSource>;

/**
 * Uploads in one piece: POST, then PUT with the digest; tried again as a whole, with the source opened anew. Every registry
 * takes that. A large blob that was cut off or found too large is sent in chunks instead, which not every registry takes.
 */
export async function uploadBlob(
  transport: Transport,
  repository: Repository,
  descriptor: Descriptor,
  open: OpenBlob,
): Promise<void> {
  const upload = new BlobUpload(transport, repository, descriptor, open);
  const retries = transport.retries();
  for (;;) {
    try {
      await upload.attempt();
      return;
    } catch (error) {
      if (!upload.turnToChunks(error) && !(await retries.waitAfter(error))) throw error;
    }
  }
}

/** Begins an upload and cancels it: the one question about the right to push that every registry answers. */
export async function checkPush(transport: Transport, repository: Repository): Promise<void> {
  const access: Access = { repository, right: 'push' };
  const task = `push to ${formatRepository(repository)}`;
  await cancelUpload(transport, await transport.retrying(() => beginUpload(transport, task, access)));
}

class BlobUpload {
  readonly #transport: Transport;
  readonly #descriptor: Descriptor;
  readonly #open: OpenBlob;
  readonly #task: string;
  readonly #access: Access;
  /** The failure for which chunks are tried. */
  #reason: unknown;
  #way: 'whole' | 'chunks' = 'whole';
  /** The session of the try before, when the registry could not be told of its end. */
  #broken: UploadSession | undefined;
  /** Whether the try before may have done it, though it failed. */
  #uncertain = false;

  constructor(transport: Transport, repository: Repository, descriptor: Descriptor, open: OpenBlob) {
    this.#transport = transport;
    this.#descriptor = descriptor;
    this.#open = open;
    this.#task = `upload the blob ${formatRepository(repository)}@${descriptor.digest}`;
    this.#access = { repository, right: 'push' };
  }

  async attempt(): Promise<void> {
    // A registry that was still storing the blob when the connection broke need not be sent it again.
    if (this.#uncertain && (await this.#isThere())) return;
    const session = await beginUpload(this.#transport, this.#task, this.#access);
    if (this.#broken !== undefined) await cancelUpload(this.#transport, this.#broken);
    this.#broken = undefined;
    try {
      await (this.#way === 'whole' ? this.#sendWhole(session) : this.#sendInChunks(session));
    } catch (error) {
      await this.#end(session, error);
      throw this.#way === 'whole' ? error : this.#afterChunks(error);
    }
  }

  /** Sends chunks from now on where that may help; true, once, when it is reason enough to try again. */
  turnToChunks(error: unknown): boolean {
    const tooLarge = error instanceof RegistryError && error.status === 413;
    const brokeOff = isTransient(error) && this.#broken !== undefined;
    if (this.#reason !== undefined || !(tooLarge || brokeOff) || this.#descriptor.size <= CHUNK) return false;
    this.#reason = error;
    this.#way = 'chunks';
    return tooLarge;
  }

  /** Chunks that are not taken leave things as they were. */
  #afterChunks(error: unknown): unknown {
    if (isTransient(error) || !(error instanceof RegistryError)) return error;
    this.#way = 'whole';
    return this.#reason;
  }

  /** Without an answer the registry is out of reach for a cancellation, too: that comes when it answers again. */
  async #end(session: UploadSession, error: unknown): Promise<void> {
    const unanswered = isUnanswered(error);
    // An upload that is not known any more may have been finished.
    this.#uncertain = unanswered || (error instanceof RegistryError && error.status === 404);
    if (unanswered) this.#broken = session;
    else await cancelUpload(this.#transport, session);
  }

  async #sendWhole({ location }: UploadSession): Promise<void> {
    const call: Call = {
      task: this.#task,
      method: 'PUT',
      target: withParameter(location, 'digest', this.#descriptor.digest),
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(this.#descriptor.size) },
      body: async () => exactBody(this.#descriptor, await this.#open()),
      access: this.#access,
      expect: [200, 201, 204],
      errand: 'upload',
      patience: PATIENCE,
    };
    await this.#transport.once(call, async (answer) => {
      await answer.discard();
      refuseOtherDigest(answer, this.#task, this.#descriptor.digest);
    });
  }

  async #sendInChunks(session: UploadSession): Promise<void> {
    const body = exactBody(this.#descriptor, await this.#open());
    await uploadInChunks(this.#transport, session, this.#descriptor, body instanceof Uint8Array ? [body] : body);
  }

  #isThere(): Promise<boolean> {
    const call: Call = {
      task: this.#task,
      method: 'HEAD',
      target: `blobs/${this.#descriptor.digest}`,
      access: this.#access,
      expect: [200, 404],
      errand: 'download',
    };
    return this.#transport
      .once(call, async (answer) => {
        await answer.discard();
        return answer.status === 200;
      })
      .catch((error: unknown) => {
        // Who may only write is not told.
        if (isTransient(error)) throw error;
        return false;
      });
  }
}

/** Said by a proxy that got no answer: the registry may still be at work. From 520 on: Cloudflare's. */
const GATEWAY: ReadonlySet<number> = new Set([502, 504, 520, 522, 524]);

/** A failed GET is that of the blob's source. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof RegistryError) || error.method === 'GET') return false;
  return error.status === undefined || GATEWAY.has(error.status);
}
