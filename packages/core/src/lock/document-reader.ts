import type { Problems } from '../errors/problems.ts';
import type { Platform } from '../image/manifest.ts';
import { asRecord, type JsonRecord, optional } from '../json/json.ts';
import { shown } from '../log/shown.ts';
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

  /**
   * Comes first: nothing else is looked for in a document of another version.
   *
   * @throws InputError with the hint, but for a later version, which says itself what helps
   */
  requireVersion(
    value: unknown,
    known: number,
    { what, hint }: { readonly what: string; readonly hint: string },
  ): void {
    const version = asRecord(value)?.['schemaVersion'];
    if (version === known) return;
    const isNewer = typeof version === 'number' && version > known;
    const message =
      version === undefined
        ? `it is no ${what}: it has no version`
        : `version ${shown(version)} is not known here, only ${known}`;
    this.report('schemaVersion', message, isNewer ? 'A newer buildpacks-ci wrote it: use that one.' : hint);
    this.#problems.throwIfAny();
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
