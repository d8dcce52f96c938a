import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ReleaseFacts } from '../../packages/kubernetes/src/release-facts.ts';
import { ROOT } from '../bundle.ts';
import type { Version } from './version.ts';

/** `release.json`: what the files of a release are rendered from. */
export interface Release {
  readonly version: Version;
  /** By the digest of the index over its platforms. */
  readonly toolImage: PublishedImage;
  /** The Tekton Tasks and StepActions. */
  readonly tektonBundle: PublishedImage;
}

/** Of the last release, until a pull request of the next one writes its own digest. */
export interface PublishedImage {
  readonly repository: string;
  /** Zeros before the first release. */
  readonly digest: string;
}

/** The images of a release, by their names in the file. */
export type ReleasedImage = 'toolImage' | 'tektonBundle';

export const RELEASE_FILE = path.join(ROOT, 'release.json');

export function readRelease(): Release {
  return JSON.parse(readFileSync(RELEASE_FILE, 'utf8')) as Release;
}

/** The file's text with another digest of one of the images. */
export function withDigest(text: string, image: ReleasedImage, digest: string): string {
  const release = JSON.parse(text) as Release;
  return `${JSON.stringify({ ...release, [image]: { ...release[image], digest } }, null, 2)}\n`;
}

/** What manifests say of the release. */
export function releaseFacts(): ReleaseFacts {
  const { version, toolImage } = readRelease();
  return { version, toolImage: byDigest(toolImage) };
}

/** `name@sha256:…`. */
export function byDigest({ repository, digest }: PublishedImage): string {
  return `${repository}@${digest}`;
}
