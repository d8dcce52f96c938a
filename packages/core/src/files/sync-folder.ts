import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Waits until the names in a folder are on the disk: the data of its files is another matter (`writeFileWhole`). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
