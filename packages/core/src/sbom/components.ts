import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { asArray, asRecord, asText, optional, parseJson } from '../json/json.ts';

/** One thing that an image contains, as a bill of materials tells it. */
export interface Component {
  readonly name: string;
  readonly version?: string;
  /** Its package URL, which says of which kind it is and where it comes from. */
  readonly purl?: string;
}

/** No buildpack writes such a bill; what is larger is not read. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 16;

/** Whether a file is a bill of materials that `readComponents` reads: buildpacks write the same one in several formats. */
export function isCycloneDx(file: string): boolean {
  return file.endsWith('.cdx.json');
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

/**
 * The packages that a bill of materials in CycloneDX lists, those within others too; single files are left out. Buildpacks have written
 * it: what is not as it should be lists nothing.
 *
 * @see https://cyclonedx.org/docs/1.6/json/#components
 */
export async function readComponents(file: string): Promise<readonly Component[]> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) return [];
  return componentsOf(asRecord(parseJson(await readFile(file, 'utf8'))), MAX_DEPTH);
}

function componentsOf(parent: ReturnType<typeof asRecord>, depth: number): readonly Component[] {
  if (depth === 0) return [];
  return asArray(parent?.['components']).flatMap((item) => {
    const entry = asRecord(item);
    const name = asText(entry?.['name']);
    const inner = componentsOf(entry, depth - 1);
    if (name === undefined || entry?.['type'] === 'file') return inner;
    const version = optional('version', asText(entry?.['version']));
    const purl = optional('purl', asText(entry?.['purl']));
    return [{ name, ...version, ...purl }, ...inner];
  });
}
