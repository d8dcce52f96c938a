import path from 'node:path';
import { blobPath } from './blob-store.ts';
import { type Layout, readLayout } from './layout.ts';
import { openRegularFile, readRegularFile, statRegularFile } from '../files/regular-file.ts';

const READ_SIZE = 1024 * 1024;

/**
 * Opens an OCI layout directory, which may be hostile: only regular files in real folders are read, and every blob is verified.
 *
 * @throws BuildpacksError `image` when it is no layout
 */
export function openLayout(directory: string): Promise<Layout> {
  const root = path.resolve(directory);
  return readLayout({
    name: `oci:${directory}`,
    read: (file, maxBytes) => readRegularFile(root, [file], maxBytes),
    blobSize: async (digest) => (await statRegularFile(root, blobPath(digest)))?.size,
    openBlob: async (digest) => {
      const handle = await openRegularFile(root, blobPath(digest));
      return handle?.createReadStream({ highWaterMark: READ_SIZE });
    },
  });
}
