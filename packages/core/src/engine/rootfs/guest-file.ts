import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { TreeRoot } from '../../archive/tree-root.ts';

/** Whether the builder has something of this name; links among its folders are resolved inside the root, the last one is not. */
export function guestEntryExists(root: string, file: string): boolean {
  const tree = new TreeRoot(root, () => undefined);
  const place = tree.locate(file, 'existing');
  return place !== undefined && tree.stat(place.path) !== undefined;
}

/** The text of a regular file of the builder; empty when there is none, or a link in its place. */
export async function readGuestFile(root: string, file: string): Promise<string> {
  const tree = new TreeRoot(root, () => undefined);
  const place = tree.locate(file, 'existing');
  if (place === undefined || tree.stat(place.path)?.isFile() !== true) return '';
  const handle = await open(tree.onDisk(place.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
