import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { inBlocks } from './blocks.ts';

export interface WriteOptions {
  /** Whether the bytes are to be on the disk when it is done: of what goes on a stick that is pulled. Default: false. */
  readonly durable?: boolean;
}

/**
 * Writes a file so that it is seen whole or not at all. What is there under its name is replaced, a link too: what that leads to
 * stays as it is.
 */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const produce = async (write: (chunk: Uint8Array) => Promise<void>) => {
    for await (const block of inBlocks(content)) await write(block);
    return { file, value: undefined };
  };
  await writeBeside(file, produce, options);
}

/** Writes under a temporary name in the same folder, then renames to what `produce` says; on failure nothing stays. */
export async function writeBeside<T>(
  near: string,
  produce: (write: (chunk: Uint8Array) => Promise<void>) => Promise<{ readonly file: string; readonly value: T }>,
  { durable = false }: WriteOptions = {},
): Promise<T> {
  const temporary = `${near}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o644);
  try {
    const { file, value } = await produce((chunk) => handle.writeFile(chunk));
    if (durable) await handle.datasync();
    await handle.close();
    await rename(temporary, file);
    return value;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
