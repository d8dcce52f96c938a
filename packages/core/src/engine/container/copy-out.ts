import path from 'node:path';
import type { Readable } from 'node:stream';
import { ChosenParts } from '../../archive/chosen-parts.ts';
import { pour } from '../../archive/extract.ts';
import { TreeWriter } from '../../archive/tree-writer.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { type ContainerClient, reasonOf } from './client.ts';

export interface CopyOut {
  readonly container: string;
  /** An absolute path in the container. */
  readonly from: string;
  /** The existing directory that gets it, under its own name. */
  readonly to: string;
  /** More is refused before it is written: a file of holes costs the build nothing, and our disk all it has. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Copies a file or directory out of a stopped container. What foreign code wrote is hostile: only files and directories below the
 * wanted name arrive, with plain modes; links, devices and other names are dropped.
 *
 * @returns false when the container does not have it
 * @throws BuildpacksError `image` when it is too large
 */
export async function copyOut(client: ContainerClient, copy: CopyOut): Promise<boolean> {
  const { container, from, signal } = copy;
  let arrived = false;
  const outcome = await client.run(['cp', `${container}:${from}`, '-'], {
    signal,
    onStdout: async (stdout) => {
      arrived = await extractOutputs(stdout, copy);
    },
  });
  if (outcome.status === 0) return arrived;
  if (/could not find the file|no such file/i.test(outcome.stderr)) return false;
  throw new BuildpacksError('engine', `"${from}" can't be read from the container: ${reasonOf(outcome)}`);
}

async function extractOutputs(stdout: Readable, copy: CopyOut): Promise<boolean> {
  const chunks = (stdout as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return false;
  const { from, maxBytes } = copy;
  const wanted = path.posix.basename(from);
  const part = { name: from, from: wanted, to: wanted, maxBytes };
  const tree = new TreeWriter(copy.to, { owners: false });
  const sink = new ChosenParts(tree, [part]);
  await pour(rejoined(first.value, chunks), sink, copy.signal);
  tree.finish();
  return sink.has(part);
}

async function* rejoined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
