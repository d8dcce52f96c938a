import { BuildpacksError } from '../errors/index.ts';
import { encodeGnuHeaders } from './gnu-headers.ts';
import { encodePaxHeaders } from './pax-headers.ts';
import type { TarEntry, TarItem } from './tar-entry.ts';
import { BLOCK, paddingOf } from './tar-format.ts';

/** Small pieces are gathered up to this size, so that what follows (gzip, a hash, a socket) gets few and large chunks. */
const GATHER = 128 * 1024;
const ZEROS = Buffer.alloc(2 * BLOCK);

/** How what a header has no room for is said: by PAX records, or as GNU did before, which busybox understands. */
export type TarDialect = 'pax' | 'gnu';

const HEADERS = { pax: encodePaxHeaders, gnu: encodeGnuHeaders } as const satisfies Record<TarDialect, unknown>;

/**
 * Writes a tar archive: ustar headers, with PAX records only where a name is long or not ASCII, or a number too large.
 * Equal items give equal bytes, and Go's `archive/tar` and GNU tar read them back as they were. Fractions of `mtime` are dropped.
 *
 * @throws BuildpacksError `internal` when an item's content has not the size that its entry says, or a name holds NUL
 */
export async function* writeTar(
  items: Iterable<TarItem> | AsyncIterable<TarItem>,
  dialect: TarDialect = 'pax',
): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let gathered = 0;
  for await (const piece of pieces(items, HEADERS[dialect])) {
    pending.push(piece);
    gathered += piece.length;
    if (gathered < GATHER) continue;
    yield Buffer.concat(pending, gathered);
    pending = [];
    gathered = 0;
  }
  yield Buffer.concat(pending, gathered);
}

async function* pieces(
  items: Iterable<TarItem> | AsyncIterable<TarItem>,
  encodeHeaders: (entry: TarEntry) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const { entry, content } of items) {
    yield encodeHeaders(entry);
    let written = 0;
    for await (const chunk of content instanceof Uint8Array ? [content] : (content ?? [])) {
      written += chunk.length;
      if (written > entry.size) break;
      yield chunk;
    }
    if (written !== entry.size) throw wrongSize(entry, written);
    yield ZEROS.subarray(0, paddingOf(entry.size));
  }
  yield ZEROS;
}

function wrongSize(entry: TarEntry, written: number): BuildpacksError {
  const amount = written > entry.size ? 'more' : `only ${written} bytes`;
  return new BuildpacksError('internal', `"${entry.path}" was said to have ${entry.size} bytes and had ${amount}`, {
    hint: 'Leave the files alone while they are read, and try again.',
  });
}
