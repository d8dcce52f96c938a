import { Readable } from 'node:stream';

/** `Readable.from` would wait for the next chunk before it ends; this ends the request at once. */
export class BlobStream extends Readable {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #abort: AbortController;

  /** @param abort ends the request that the chunks come from */
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
