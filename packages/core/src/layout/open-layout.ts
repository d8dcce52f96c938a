import path from 'node:path';
import { blobPath } from './blob-store.ts';
import { type Layout, readLayout } from './layout.ts';
import { openRegularFile, readRegularFile, statRegularFile } from '../files/regular-file.ts';

const READ_SIZE = 1024 * 1024;

/**
 * Opens an OCI layout directory, which may be hostile: only regular files in real folders are read, and every blob is verified.
 *
 * @param trusted the layout's own folder or one above it, whose path nobody else could change; no link is followed below it
 * @throws BuildpacksError `image` when it is no layout
 */
export function openLayout(directory: string, trusted = directory): Promise<Layout> {
  const root = path.resolve(trusted);
  const below = path
    .relative(root, path.resolve(directory))
    .split(path.sep)
    .filter((part) => part !== '');
  return readLayout({
    name: `oci:${directory}`,
    read: (file, maxBytes) => readRegularFile(root, [...below, file], maxBytes),
    blobSize: async (digest) => (await statRegularFile(root, [...below, ...blobPath(digest)]))?.size,
    openBlob: async (digest) => {
      const handle = await openRegularFile(root, [...below, ...blobPath(digest)]);
      return handle?.createReadStream({ highWaterMark: READ_SIZE });
    },
  });
}
