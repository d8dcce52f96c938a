import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file so that it is seen whole or not at all. What is there under its name is replaced, a link too: what that leads to
 * stays as it is.
 */
export async function writeFileWhole(
  file: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await writeBeside(file, async (write) => {
    for await (const chunk of content) await write(chunk);
    return { file, value: undefined };
  });
}

/** Writes under a temporary name in the same folder, then renames to what `produce` says; on failure nothing stays. */
export async function writeBeside<T>(
  near: string,
  produce: (write: (chunk: Uint8Array) => Promise<void>) => Promise<{ readonly file: string; readonly value: T }>,
): Promise<T> {
  const temporary = `${near}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o644);
  try {
    const { file, value } = await produce((chunk) => handle.writeFile(chunk));
    await handle.close();
    await rename(temporary, file);
    return value;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
