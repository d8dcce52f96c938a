import { BuildpacksError } from '../errors/index.ts';
import type { TarEntry } from './tar-entry.ts';
import { type TarEvent, TarParser } from './tar-parser.ts';

/** A member and its content, which is to be read before the next member is asked for; what is left unread is skipped. */
export interface TarMember {
  readonly entry: TarEntry;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Reads a tar archive: ustar, PAX, GNU long names, base-256 numbers, the oldest format. The stream is read to its very end, so that
 * one which verifies a digest gets to do it.
 *
 * @throws BuildpacksError `image` for what is damaged or what readers understand differently
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const events = tarEvents(stream);
  let current: TarEntry | undefined;
  for await (const event of events) {
    if (event.kind !== 'entry') continue;
    const { entry } = event;
    current = entry;
    yield { entry, content: contentOf(events, () => current === entry) };
  }
}

async function* tarEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<TarEvent, void, undefined> {
  const parser = new TarParser();
  for await (const chunk of stream) yield* parser.feed(chunk);
  parser.finish();
}

/** Takes the member's events by hand: leaving a `for await` early would end the archive with it. */
async function* contentOf(
  events: AsyncGenerator<TarEvent, void, undefined>,
  isCurrent: () => boolean,
): AsyncGenerator<Uint8Array> {
  while (isCurrent()) {
    const { value } = await events.next();
    if (value?.kind !== 'data') return;
    yield value.bytes;
  }
  throw new BuildpacksError('internal', 'the content of a tar member was asked for after its turn');
}
