import { readdirSync } from 'node:fs';
import path from 'node:path';
import { kindOf, readSmallFile } from '../files/file-kind.ts';

const MAX_FILE = 4 * 1024 * 1024;

/** A file's text, or in words that follow its name why it can't be had. */
export function readText(
  file: string,
): { readonly text: string } | { readonly text?: undefined; readonly reason: string } {
  const bytes = readSmallFile(file, MAX_FILE);
  if (typeof bytes === 'string') return { reason: bytes };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { reason: 'is no text in UTF-8' };
  }
}

/** The names in a directory that are of one kind, links followed, in order; undefined when it can't be listed. */
export function listNames(directory: string, kind: 'file' | 'directory'): readonly string[] | undefined {
  try {
    return readdirSync(directory)
      .filter((name) => kindOf(path.join(directory, name)) === kind)
      .sort();
  } catch {
    return undefined;
  }
}
