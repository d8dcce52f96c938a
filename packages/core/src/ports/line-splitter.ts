import { StringDecoder } from 'node:string_decoder';

/** A longer line is given in pieces; counted in UTF-16 units. */
export const MAX_LINE = 64 * 1024;

/**
 * Cuts a byte stream into lines. A line ends with LF, CRLF or CR alone (a progress bar's steps; CI runners that read with .NET take CR
 * for a line's end too), so no line holds either. UTF-8 may be cut anywhere; what is not UTF-8 becomes U+FFFD.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';
  /** The last text ended with CR: an LF that follows belongs to it. */
  #afterReturn = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes));
  }

  /** Gives what follows the last line end, if anything does. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    if (text === '') return;
    let start = this.#afterReturn && text.startsWith('\n') ? 1 : 0;
    for (const { 0: end, index } of text.matchAll(/\r\n|\r|\n/g)) {
      if (index < start) continue;
      this.#append(text.slice(start, index));
      this.#onLine(this.#rest);
      this.#rest = '';
      start = index + end.length;
    }
    this.#append(text.slice(start));
    this.#afterReturn = text.endsWith('\r');
  }

  #append(text: string): void {
    this.#rest += text;
    while (this.#rest.length > MAX_LINE) {
      const end = isHighSurrogate(this.#rest, MAX_LINE - 1) ? MAX_LINE - 1 : MAX_LINE;
      this.#onLine(this.#rest.slice(0, end));
      this.#rest = this.#rest.slice(end);
    }
  }
}

/** Cutting after it would break a character in two. */
function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800;
}
