import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../bundle.ts';
import type { Version } from './version.ts';

/** `release.json`: what the files of a release are rendered from. */
export interface Release {
  readonly version: Version;
  /** Of the last release, until a pull request of the next one writes its own. */
  readonly toolImage: {
    readonly repository: string;
    /** Of the index over its platforms; zeros before the first release. */
    readonly digest: string;
  };
}

export const RELEASE_FILE = path.join(ROOT, 'release.json');

export function readRelease(): Release {
  return JSON.parse(readFileSync(RELEASE_FILE, 'utf8')) as Release;
}

/** The file's text with another digest of the tool image. */
export function withDigest(text: string, digest: string): string {
  const release = JSON.parse(text) as Release;
  return `${JSON.stringify({ ...release, toolImage: { ...release.toolImage, digest } }, null, 2)}\n`;
}
