import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Lets everyone read a folder and what is in it, 0755 and 0644, whatever our umask is: the build runs as another user. Links are left
 * alone.
 */
export async function openFolder(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) await openFolder(inside);
    else if (entry.isFile()) await chmod(inside, 0o644);
  }
}
