import { BuildpacksError } from '../errors/index.ts';
import type { TarEntry } from './tar-entry.ts';
import { type TarEvent, TarParser } from './tar-parser.ts';
import { refused } from './tree-root.ts';
import { type TreeWriterOptions, TreeWriter } from './tree-writer.ts';

export interface ExtractOptions extends TreeWriterOptions {
  readonly signal?: AbortSignal;
}

/** What an archive is poured into. */
export interface EntrySink {
  begin(entry: TarEntry): unknown;
  write(bytes: Uint8Array): void;
  end(): void;
  /** Lets go of what is open, after a failure. */
  abort(): void;
}

/**
 * Unpacks a tar archive below a directory and nowhere else. On failure what was unpacked so far stays; the caller removes the directory.
 *
 * @param root an existing directory that only this call writes to
 * @throws BuildpacksError `image` for an archive that is damaged, leads out of the root or is too large; `engine` when the disk refuses
 */
export async function extractTar(
  stream: AsyncIterable<Uint8Array>,
  root: string,
  options: ExtractOptions,
): Promise<void> {
  const tree = new TreeWriter(root, options);
  await pour(stream, tree, options.signal);
  tree.finish();
}

/** Feeds an archive to a sink. */
export async function pour(
  stream: AsyncIterable<Uint8Array>,
  sink: EntrySink,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parser = new TarParser();
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      for (const event of parser.feed(chunk)) give(event, sink);
    }
    parser.finish();
  } catch (error) {
    sink.abort();
    throw error;
  }
}

function give(event: TarEvent, sink: EntrySink): void {
  try {
    if (event.kind === 'data') sink.write(event.bytes);
    else if (event.kind === 'end') sink.end();
    else sink.begin(event.entry);
  } catch (error) {
    throw error instanceof BuildpacksError ? error : diskFailure(error, event);
  }
}

function diskFailure(error: unknown, event: TarEvent): BuildpacksError {
  const { message, code } = error as NodeJS.ErrnoException;
  if (event.kind === 'entry' && code === 'ENAMETOOLONG')
    return refused(event.entry.path, 'its place is nested too deep');
  const what = event.kind === 'entry' ? `"${event.entry.path}"` : 'a file';
  return new BuildpacksError('engine', `${what} can't be unpacked: ${message}`, {
    hint: code === 'ENOSPC' ? 'Free some space on the disk.' : 'See whether the directory is writable.',
    cause: error,
  });
}
