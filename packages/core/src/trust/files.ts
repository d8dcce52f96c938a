import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';

const MAX_FILE = 16 * 1024 * 1024;

/** What a file holds, or in words that follow its name why that can't be had. */
export type FileContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'directory' }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a file, links followed. Never waits on a pipe, and never throws. */
export function readFile(file: string): FileContent {
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return { kind: 'directory' };
    if (!stats.isFile()) return { kind: 'unreadable', reason: 'is no regular file' };
    if (stats.size > MAX_FILE) return { kind: 'unreadable', reason: `has more than ${MAX_FILE} bytes` };
    return { kind: 'bytes', bytes: new Uint8Array(readFileSync(file)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', reason: 'does not exist' };
    return { kind: 'unreadable', reason: `can not be read (${code})` };
  }
}

/** The names in a directory that may be files, in order; undefined when it can't be listed. */
export function listFiles(directory: string): readonly string[] | undefined {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return undefined;
  }
}

/**
 * As `listFiles`, but without links to a name of the same directory, since that is read anyway: hash links of OpenSSL, `..data` of
 * Kubernetes. Go does the same (`crypto/x509/root_unix.go`).
 */
export function listDistinctFiles(directory: string): readonly string[] | undefined {
  return listFiles(directory)?.filter((name) => !linksWithin(directory, name));
}

function linksWithin(directory: string, name: string): boolean {
  try {
    return !readlinkSync(path.join(directory, name)).includes('/');
  } catch {
    // No link.
    return false;
  }
}
