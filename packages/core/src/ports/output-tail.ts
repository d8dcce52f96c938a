/** Keeps the last bytes of a stream. */
export class OutputTail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Joined only now and then: shifting chunk by chunk would cost more than the stream itself.
    if (this.#size > 2 * this.#limit) {
      this.#chunks = [this.#last()];
      this.#size = this.#limit;
    }
  }

  /** As UTF-8, from the first whole character on. */
  text(): string {
    const bytes = this.#last();
    let start = 0;
    while (bytes.length === this.#limit && start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.toString('utf8', start);
  }

  #last(): Buffer {
    const whole = Buffer.concat(this.#chunks);
    return whole.subarray(Math.max(0, whole.length - this.#limit));
  }
}
