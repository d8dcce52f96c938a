import { createHash } from 'node:crypto';
import type { Descriptor } from '../image/manifest.ts';

/** Bytes of a blob that are kept until it is known to be right, where somebody else can be asked for it. */
const MAX_HELD = 1024 * 1024;

/** A blob's bytes as they come: counted, hashed, and those of a small blob held back until its end. */
export class BlobContent {
  /** Whether nobody gets the bytes before all of them are known to be right. */
  readonly held: boolean;
  readonly #descriptor: Descriptor;
  #hash = createHash('sha256');
  #received = 0;
  #parts: Uint8Array[] = [];
  #wrong = false;

  /** @param replaceable whether there is another place to get the blob from */
  constructor(descriptor: Descriptor, replaceable: boolean) {
    this.#descriptor = descriptor;
    this.held = replaceable && descriptor.size <= MAX_HELD;
  }

  get received(): number {
    return this.#received;
  }

  /** Whether bytes have come that can't belong to the blob: no more of them will mend it. */
  get wrong(): boolean {
    return this.#wrong;
  }

  /** In words, what is wrong with the blob since this chunk. */
  take(chunk: Uint8Array): string | undefined {
    const { size } = this.#descriptor;
    this.#received += chunk.byteLength;
    if (this.#received > size) return this.#spoil(`it has more than ${size} bytes`);
    this.#hash.update(chunk);
    if (this.held) this.#parts.push(chunk);
    return undefined;
  }

  /** In words, what is wrong with the blob, now that its answer has ended. */
  finish(): string | undefined {
    const { size, digest } = this.#descriptor;
    if (this.#received < size) return `it has ${this.#received} bytes instead of ${size}`;
    const actual = `sha256:${this.#hash.digest('hex')}`;
    return actual === digest ? undefined : this.#spoil(`its content has the digest ${actual}`);
  }

  /** What was held back. */
  release(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** Forgets the bytes, which nobody has seen. */
  restart(): void {
    this.#hash = createHash('sha256');
    this.#received = 0;
    this.#parts = [];
    this.#wrong = false;
  }

  #spoil(problem: string): string {
    this.#wrong = true;
    return problem;
  }
}
