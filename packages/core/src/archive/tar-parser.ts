import { ambiguous } from './refusal.ts';
import { parsePaxRecords } from './pax.ts';
import type { TarEntry } from './tar-entry.ts';
import { BLOCK, paddingOf } from './tar-format.ts';
import { decodeHeader, decodeText, type TarHeader } from './tar-header.ts';
import { type Extensions, memberEntry } from './tar-members.ts';

/** What the parser finds, in order: an entry, its content in pieces (views of what was fed), its end. */
export type TarEvent =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' };

/** A PAX header or long name larger than this is refused before it is gathered; Go's limit. */
const MAX_EXTENSION = 1024 * 1024;
const END: TarEvent = { kind: 'end' };
const ZERO_BLOCK = Buffer.alloc(BLOCK);

/** Where the parser is: before a header, in content or an extension with its padding, or behind the end. */
type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'content' }
  | { readonly kind: 'padding' }
  | { readonly kind: 'extension'; readonly typeFlag: string; readonly padding: number; readonly parts: Buffer[] }
  | { readonly kind: 'end' };

/**
 * Parses a tar archive that is fed to it in chunks of any size, without copying content and without a promise per entry.
 * Every refusal is a BuildpacksError `image`.
 */
export class TarParser {
  #state: State = { kind: 'header' };
  /** Bytes that the state still wants. */
  #left = BLOCK;
  #padding = 0;
  #partial: Buffer[] = [];
  #extensions: Extensions = {};
  #zeroBlocks = 0;

  /** True behind the end mark: only padding may follow. */
  get ended(): boolean {
    return this.#state.kind === 'end';
  }

  /** Gives what the chunk completes. The events must be taken before the next chunk is fed, which may be in the same memory. */
  *feed(chunk: Uint8Array): Generator<TarEvent, void, undefined> {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      const piece = rest.subarray(0, Math.min(rest.length, this.#left));
      rest = rest.subarray(piece.length);
      yield* this.#take(piece);
    }
  }

  /**
   * For archives with random access that are fed block by block: leaves out the content of the file whose entry came last.
   *
   * @returns how many bytes to leave out before the next block is fed; 0 when no content is due
   */
  skipContent(): number {
    if (this.#state.kind !== 'content') return 0;
    const bytes = this.#left + this.#padding;
    this.#expectHeader();
    return bytes;
  }

  /** To be called when there are no more chunks. */
  finish(): void {
    if (this.#zeroBlocks === 0 || this.#partial.length > 0) throw ambiguous('it is truncated');
  }

  *#take(piece: Buffer): Generator<TarEvent, void, undefined> {
    this.#left -= piece.length;
    switch (this.#state.kind) {
      case 'header':
        yield* this.#takeHeader(piece);
        break;
      case 'content':
        yield { kind: 'data', bytes: piece };
        if (this.#left === 0) yield* this.#endContent();
        break;
      case 'padding':
        if (this.#left === 0) this.#expectHeader();
        break;
      case 'extension':
        // What is fed may be the same memory again.
        this.#state.parts.push(this.#left > 0 ? Buffer.from(piece) : piece);
        if (this.#left === 0) this.#endExtension(this.#state);
        break;
      case 'end':
        this.#takeRest(piece);
    }
  }

  *#takeHeader(piece: Buffer): Generator<TarEvent, void, undefined> {
    if (this.#left > 0) {
      this.#partial.push(Buffer.from(piece));
      return;
    }
    const block = this.#partial.length === 0 ? piece : Buffer.concat([...this.#partial, piece]);
    this.#partial = [];
    this.#left = BLOCK;
    if (block[0] === 0 && block.equals(ZERO_BLOCK)) this.#countZeroBlock();
    else if (this.#zeroBlocks > 0) throw ambiguous('a member follows an end mark');
    else yield* this.#begin(decodeHeader(block));
  }

  #countZeroBlock(): void {
    if (Object.keys(this.#extensions).length > 0) throw ambiguous('it ends after a header that belongs to a member');
    this.#zeroBlocks++;
    if (this.#zeroBlocks < 2) return;
    this.#state = { kind: 'end' };
    this.#left = Number.MAX_SAFE_INTEGER;
  }

  *#begin(header: TarHeader): Generator<TarEvent, void, undefined> {
    if ('xgLK'.includes(header.typeFlag)) {
      this.#beginExtension(header);
      return;
    }
    const entry = memberEntry(header, this.#extensions);
    this.#extensions = {};
    this.#state = { kind: 'content' };
    this.#left = entry.size;
    this.#padding = paddingOf(entry.size);
    yield { kind: 'entry', entry };
    if (entry.size === 0) yield* this.#endContent();
  }

  *#endContent(): Generator<TarEvent, void, undefined> {
    yield END;
    this.#state = { kind: 'padding' };
    this.#left = this.#padding;
    if (this.#left === 0) this.#expectHeader();
  }

  #expectHeader(): void {
    this.#state = { kind: 'header' };
    this.#left = BLOCK;
  }

  #beginExtension({ typeFlag, size }: TarHeader): void {
    if (size <= 0 || size > MAX_EXTENSION) throw ambiguous(`a header of type "${typeFlag}" has ${size} bytes`);
    const padding = paddingOf(size);
    this.#state = { kind: 'extension', typeFlag, padding, parts: [] };
    this.#left = size + padding;
  }

  #endExtension({ typeFlag, padding, parts }: State & { kind: 'extension' }): void {
    const whole = Buffer.concat(parts);
    this.#extensions = extend(this.#extensions, typeFlag, whole.subarray(0, whole.length - padding));
    this.#expectHeader();
  }

  #takeRest(piece: Buffer): void {
    for (let offset = 0; offset < piece.length; offset += BLOCK) {
      const part = piece.subarray(offset, offset + BLOCK);
      if (!part.equals(ZERO_BLOCK.subarray(0, part.length))) throw ambiguous('something follows its end');
    }
  }
}

function extend(extensions: Extensions, typeFlag: string, body: Buffer): Extensions {
  switch (typeFlag) {
    case 'x':
      if (extensions.pax) throw ambiguous('a member has two PAX headers');
      return { ...extensions, pax: parsePaxRecords(body) };
    case 'L':
      if (extensions.longName !== undefined) throw ambiguous('a member has two long names');
      return { ...extensions, longName: longText(body) };
    case 'K':
      if (extensions.longLink !== undefined) throw ambiguous('a member has two long link names');
      return { ...extensions, longLink: longText(body) };
    default:
      refuseGlobalRecords(parsePaxRecords(body));
      return extensions;
  }
}

/** GNU ends a long name with one NUL. */
function longText(body: Buffer): string {
  const end = body.indexOf(0);
  if (end !== -1 && end !== body.length - 1) throw ambiguous('a long name holds a NUL byte');
  return decodeText(end === -1 ? body : body.subarray(0, end));
}

/** Go does not apply global records to the members that follow, GNU tar does; `git archive` writes a harmless comment. */
function refuseGlobalRecords(records: ReadonlyMap<string, Buffer>): void {
  const applied = [...records.keys()].find((key) => key !== 'comment');
  if (applied !== undefined) throw ambiguous(`it has a global PAX record "${applied}"`);
}
