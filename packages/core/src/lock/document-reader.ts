import type { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { asRecord, type JsonRecord, optional } from '../json/json.ts';
import { plainText } from '../log/terminal-text.ts';
import { type Digest, type ImageReference, isDigest } from '../reference/index.ts';
import { parseImageName } from './image-name.ts';

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/;

/** Reads the values of a JSON document of ours (a lock, the files of a bundle); what is not as we write it is noted by its path. */
export class DocumentReader {
  readonly #file: string;
  readonly #problems: Problems;

  constructor(file: string, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
  }

  /** @param at the key's path: `images[0].digest` */
  report(at: string, message: string, hint?: string): void {
    this.#problems.add({ input: at, message, place: { file: this.#file }, ...optional('hint', hint) });
  }

  versionOf(value: unknown): unknown {
    return asRecord(value)?.['schemaVersion'];
  }

  /** An object with no other keys than these; an empty one when it is none. */
  record(value: unknown, at: string, keys: readonly string[]): JsonRecord {
    const json = asRecord(value);
    if (json === undefined) this.report(at, 'it is no object');
    const strange = Object.keys(json ?? {}).filter((key) => !keys.includes(key));
    for (const key of strange) this.report(at, `it has the key ${shown(key)}, which is not known here`);
    return json ?? {};
  }

  items(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value as readonly unknown[];
    this.report(at, 'it is no list');
    return [];
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string' && value !== '' && !/\p{Cc}|\u2028|\u2029/u.test(value)) return value;
    this.report(at, `${shown(value)} is no text of one line`);
    return '';
  }

  /** Bytes. */
  size(value: unknown, at: string): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    this.report(at, `${shown(value)} is no number of bytes`);
    return 0;
  }

  digest(value: unknown, at: string): Digest | undefined {
    if (typeof value === 'string' && isDigest(value)) return value;
    this.report(at, `${shown(value)} is not a sha256 digest`);
    return undefined;
  }

  imageName(value: unknown, at: string): ImageReference | undefined {
    const reference = typeof value === 'string' ? parseImageName(value) : undefined;
    if (reference === undefined) this.report(at, `${shown(value)} is not the full name of an image`);
    return reference;
  }

  platform(value: unknown, at: string): Platform | undefined {
    const [, os, architecture, variant] = PLATFORM.exec(typeof value === 'string' ? value : '') ?? [];
    if (os !== undefined && architecture !== undefined) return { os, architecture, ...optional('variant', variant) };
    this.report(at, `${shown(value)} is not a platform`);
    return undefined;
  }
}

/** What a document says in the place of something else, not longer than a line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return plainText(JSON.stringify(value)).slice(0, 100);
}
