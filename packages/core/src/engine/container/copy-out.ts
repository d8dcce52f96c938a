import path from 'node:path';
import type { Readable } from 'node:stream';
import type { TarEntry } from '../../archive/index.ts';
import { type EntrySink, pour } from '../../archive/extract.ts';
import { TreeWriter } from '../../archive/tree-writer.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { type ContainerClient, reasonOf } from './client.ts';

export interface CopyOut {
  readonly container: string;
  /** An absolute path in the container. */
  readonly from: string;
  /** The existing directory that gets it, under its own name. */
  readonly to: string;
  readonly signal: AbortSignal;
}

/**
 * Copies a file or directory out of a stopped container. What foreign code wrote is hostile: only files and directories below the
 * wanted name arrive, with plain modes; links, devices and other names are dropped.
 *
 * @returns false when the container does not have it
 */
export async function copyOut(client: ContainerClient, { container, from, to, signal }: CopyOut): Promise<boolean> {
  let arrived = false;
  const outcome = await client.run(['cp', `${container}:${from}`, '-'], {
    signal,
    onStdout: async (stdout) => {
      arrived = await extractOutputs(stdout, to, path.posix.basename(from), signal);
    },
  });
  if (outcome.status === 0) return arrived;
  if (/could not find the file|no such file/i.test(outcome.stderr)) return false;
  throw new BuildpacksError('engine', `"${from}" can't be read from the container: ${reasonOf(outcome)}`);
}

async function extractOutputs(stdout: Readable, to: string, wanted: string, signal: AbortSignal): Promise<boolean> {
  const chunks = (stdout as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return false;
  const tree = new TreeWriter(to, { owners: false });
  const sink = new OutputSink(tree, wanted);
  await pour(rejoined(first.value, chunks), sink, signal);
  tree.finish();
  return sink.arrived;
}

async function* rejoined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Lets through what an output may consist of. */
class OutputSink implements EntrySink {
  arrived = false;
  readonly #tree: TreeWriter;
  readonly #wanted: string;

  constructor(tree: TreeWriter, wanted: string) {
    this.#tree = tree;
    this.#wanted = wanted;
  }

  begin(entry: TarEntry): void {
    if (entry.path !== this.#wanted && !entry.path.startsWith(`${this.#wanted}/`)) return;
    if (entry.type !== 'file' && entry.type !== 'directory') return;
    this.#tree.begin({ ...entry, mode: entry.type === 'file' ? 0o644 : 0o755 });
    this.arrived = true;
  }

  write(bytes: Uint8Array): void {
    this.#tree.write(bytes);
  }

  end(): void {
    this.#tree.end();
  }

  abort(): void {
    this.#tree.abort();
  }
}
