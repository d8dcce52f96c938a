import path from 'node:path';
import { Problems } from '../../errors/problems.ts';
import { asRecord, parseJson } from '../../json/json.ts';
import type { Digest } from '../../reference/index.ts';
import { DocumentReader } from '../../lock/document-reader.ts';

const PARTS_SCHEMA_VERSION = 1;
const SUFFIX = '.parts.json';
const PART_OR_LIST = /\.(?:part-\d{4,}|parts\.json)$/;
const DIGITS = 4;
/** The names of more would not have the order of their numbers. */
export const MAX_PARTS = 10 ** DIGITS - 1;

/** A tar that is cut into files of one size (but for the last). */
export interface Parts {
  /** Bytes of the whole tar. */
  readonly size: number;
  /** Bytes of each part but the last. */
  readonly partSize: number;
  /** In their order. */
  readonly parts: readonly Part[];
}

export interface Part {
  /** Its name, without a folder. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** Where the list of the parts is: `bundle.tar.parts.json`. */
export function partsFile(tar: string): string {
  return `${tar}${SUFFIX}`;
}

/** The files of the parts: `bundle.tar.part-0001`, …. */
export function partFiles(tar: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${tar}.part-${String(index + 1).padStart(DIGITS, '0')}`);
}

/** The list of parts that somebody means who names it, one of the parts, or the tar that they are cut from. */
export function partsFileOf(file: string): string {
  return partsFile(tarOf(file));
}

/** The tar that was cut, when the list or one of the parts is named; else the file itself. */
export function tarOf(file: string): string {
  return file.replace(PART_OR_LIST, '');
}

export function isPartOrList(file: string): boolean {
  return PART_OR_LIST.test(file);
}

export function partsJson({ size, partSize, parts }: Parts): string {
  const value = { schemaVersion: PARTS_SCHEMA_VERSION, size, partSize, parts };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * @param file for messages, and for the names that the parts must have
 * @throws InputError with everything that is not as `bundle` writes it
 */
export function parseParts(bytes: Uint8Array, file: string): Parts {
  const problems = new Problems();
  const reader = new DocumentReader(file, problems);
  const value = parseJson(bytes);
  reader.requireVersion(value, PARTS_SCHEMA_VERSION, {
    what: 'list of parts',
    hint: 'Load it with the buildpacks-ci that made it.',
  });
  const json = reader.record(value, '', ['schemaVersion', 'size', 'partSize', 'parts']);
  const size = reader.size(json['size'], 'size');
  const partSize = reader.size(json['partSize'], 'partSize');
  const items = reader.items(json['parts'], 'parts');
  const expected = partFiles(path.basename(file).slice(0, -SUFFIX.length), items.length);
  const parts = items.flatMap((item, index) => {
    const at = `parts[${index}]`;
    const part = reader.record(item, at, ['file', 'size', 'digest']);
    const digest = reader.digest(part['digest'], `${at}.digest`);
    const bytesOfPart = reader.size(part['size'], `${at}.size`);
    const wanted = Math.min(partSize, size - index * partSize);
    if (bytesOfPart !== wanted) reader.report(`${at}.size`, `it is ${bytesOfPart}, and ${wanted} bytes are due`);
    return digest === undefined ? [] : [{ file: expected[index] ?? '', size: bytesOfPart, digest }];
  });
  const strange = items.findIndex((item, index) => asRecord(item)?.['file'] !== expected[index]);
  if (strange >= 0) {
    const message = `it is not ${expected[strange] ?? ''}`;
    reader.report(
      `parts[${strange}].file`,
      message,
      'Copy the list that belongs to these parts; both keep their names.',
    );
  }
  if (partSize === 0 || Math.ceil(size / partSize) !== items.length) {
    reader.report('parts', `${items.length} parts of ${partSize} bytes do not make ${size} bytes`);
  }
  problems.throwIfAny();
  return { size, partSize, parts };
}
