import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { asArray, asRecord, asText, type JsonRecord, optional, parseJson } from '../json/json.ts';

/** One thing that an image contains, as a bill of materials tells it. */
export interface Component {
  readonly name: string;
  readonly version?: string;
  /** Its package URL, which says of which kind it is and where it comes from. */
  readonly purl?: string;
}

/**
 * The formats in which buildpacks write the same bill of materials (platform specification, "SBOM"); `legacy` is the lifecycle's own, of buildpacks
 * of before Buildpack API 0.7.
 */
export type BillFormat = 'cyclonedx' | 'spdx' | 'syft' | 'legacy';

/** No buildpack writes such a bill; what is larger is not read. */
export const MAX_BILL_SIZE = 16 * 1024 * 1024;
const MAX_DEPTH = 16;
/** Characters of a name, a version or a package URL that count. */
const MAX_TEXT = 1024;

const SUFFIXES: readonly (readonly [string, BillFormat])[] = [
  ['.cdx.json', 'cyclonedx'],
  ['.spdx.json', 'spdx'],
  ['.syft.json', 'syft'],
  ['sbom.legacy.json', 'legacy'],
];

/** The format of a bill of materials by its file's name; undefined for other files. */
export function billFormatOf(file: string): BillFormat | undefined {
  return SUFFIXES.find(([suffix]) => file.endsWith(suffix))?.[1];
}

/** Whether a file is a bill of materials that `readComponents` reads: buildpacks write the same one in several formats. */
export function isCycloneDx(file: string): boolean {
  return billFormatOf(file) === 'cyclonedx';
}

/**
 * Of the bills of materials that a build has written, those in CycloneDX of what is in the image: build and cache layers don't reach it.
 *
 * @param files absolute, or below `directory`
 * @returns below `directory`: `launch/samples_nodejs/modules/sbom.cdx.json`
 */
export function imageBills(files: readonly string[], directory: string): readonly string[] {
  return files
    .map((file) => path.relative(directory, path.resolve(directory, file)))
    .filter((file) => isCycloneDx(file) && file.startsWith('launch/'));
}

/** The packages that a bill of materials in CycloneDX lists, as `componentsOf` does. */
export async function readComponents(file: string): Promise<readonly Component[]> {
  const { size } = await stat(file);
  if (size > MAX_BILL_SIZE) return [];
  return componentsOf(await readFile(file), 'cyclonedx');
}

/**
 * The packages that a bill of materials lists, those within others too; single files and the operating system itself are left out. Buildpacks have written it: what is not
 * as it should be lists nothing.
 *
 * @see https://cyclonedx.org/docs/1.6/json/#components
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function componentsOf(bill: Uint8Array, format: BillFormat): readonly Component[] {
  const document = parseJson(bill);
  const json = asRecord(document);
  switch (format) {
    case 'cyclonedx':
      return inCycloneDx(json, MAX_DEPTH);
    case 'spdx':
      return asArray(json?.['packages']).flatMap((item) => inSpdx(asRecord(item)));
    case 'syft':
      return asArray(json?.['artifacts']).flatMap((item) => component(asRecord(item)));
    case 'legacy':
      return asArray(document).flatMap((item) => inLegacy(asRecord(item)));
  }
}

/** Types of components that are no packages. */
const WHOLES = ['file', 'operating-system'];

function inCycloneDx(parent: JsonRecord | undefined, depth: number): readonly Component[] {
  if (depth === 0) return [];
  return asArray(parent?.['components']).flatMap((item) => {
    const entry = asRecord(item);
    const inner = inCycloneDx(entry, depth - 1);
    return WHOLES.includes(asText(entry?.['type']) ?? '') ? inner : [...component(entry), ...inner];
  });
}

/** A document describes what was scanned as a package of its own, which is a container or a file. */
function inSpdx(entry: JsonRecord | undefined): readonly Component[] {
  if (['CONTAINER', 'FILE'].includes(asText(entry?.['primaryPackagePurpose']) ?? '')) return [];
  const purl = asArray(entry?.['externalRefs'])
    .map(asRecord)
    .find((reference) => reference?.['referenceType'] === 'purl');
  return component({ ...entry, version: entry?.['versionInfo'], purl: purl?.['referenceLocator'] });
}

/** `{ "name": …, "metadata": { "version": … } }` */
function inLegacy(entry: JsonRecord | undefined): readonly Component[] {
  return component({
    name: entry?.['name'],
    version: entry?.['version'] ?? asRecord(entry?.['metadata'])?.['version'],
  });
}

/** What a list of packages says under the usual names: `name`, `version`, `purl`. */
export function component(entry: JsonRecord | undefined): readonly Component[] {
  const name = shortText(entry?.['name']);
  if (name === undefined) return [];
  return [
    { name, ...optional('version', shortText(entry?.['version'])), ...optional('purl', shortText(entry?.['purl'])) },
  ];
}

function shortText(value: unknown): string | undefined {
  return asText(value)?.slice(0, MAX_TEXT);
}
