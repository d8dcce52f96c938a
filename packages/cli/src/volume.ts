import { readdirSync } from 'node:fs';

/**
 * What lies in a mounted volume, but for Kubernetes' own hidden files and folders.
 *
 * @returns undefined when there is no directory that can be listed
 */
export function visibleNames(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch {
    return undefined;
  }
}
