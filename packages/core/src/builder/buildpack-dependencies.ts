import { asArray, asRecord, asStrings, asText, type JsonRecord, optional } from '../json/json.ts';
import type { Digest } from '../reference/index.ts';
import { isDigest } from '../reference/index.ts';
import { parseToml } from '../toml/parse-toml.ts';

/** Something that a buildpack fetches while it builds: a Java runtime, Node.js, a tool. */
export interface BuildpackDependency {
  readonly id: string;
  readonly version: string;
  /** Where the buildpack fetches it, as it is written. */
  readonly uri: string;
  /** Undefined when the buildpack knows no sha256 of it. */
  readonly digest?: Digest;
  /** As Go names it; undefined: for all. */
  readonly architecture?: string;
  readonly os?: string;
  /** Ids of stacks, `*` for all; empty: for all. */
  readonly stacks: readonly string[];
}

/** What a `buildpack.toml` says of its buildpack and of what that fetches. */
export interface BuildpackDescription {
  readonly id: string;
  readonly version: string;
  readonly dependencies: readonly BuildpackDependency[];
}

/**
 * Reads `[[metadata.dependencies]]`, which the buildpack specification leaves to buildpacks. Two libraries agree on most of it: libpak
 * (`sha256`, later `checksum`, the architecture in `arch` or in the package URL's qualifier) and packit (`sha256` over `checksum`,
 * `arch`, `os`). Entries without id, version or URI belong to neither, and are left out.
 *
 * @returns undefined when it is no `buildpack.toml`
 */
export function parseBuildpackDescription(text: string): BuildpackDescription | undefined {
  const { value } = parseToml(text);
  const buildpack = asRecord(value?.['buildpack']);
  const [id, version] = [asText(buildpack?.['id']), asText(buildpack?.['version'])];
  if (id === undefined || version === undefined) return undefined;
  const entries = asArray(asRecord(value?.['metadata'])?.['dependencies']);
  return { id, version, dependencies: entries.flatMap((entry) => readDependency(asRecord(entry) ?? {})) };
}

function readDependency(json: JsonRecord): readonly BuildpackDependency[] {
  const [id, version, uri] = ['id', 'version', 'uri'].map((key) => asText(json[key]));
  if (id === undefined || version === undefined || uri === undefined) return [];
  const digest = digestOf(json);
  return [
    {
      id,
      version,
      uri,
      stacks: asStrings(json['stacks']),
      ...optional('digest', digest),
      ...optional('architecture', asText(json['arch']) ?? architectureOfPackage(json)),
      ...optional('os', asText(json['os'])),
    },
  ];
}

/** Other algorithms are no name that a bundle has for a file. */
function digestOf(json: JsonRecord): Digest | undefined {
  const hex = asText(json['sha256']);
  const text = (hex === undefined || hex === '' ? asText(json['checksum']) : `sha256:${hex}`)?.toLowerCase();
  return text !== undefined && isDigest(text) ? text : undefined;
}

function architectureOfPackage(json: JsonRecord): string | undefined {
  const purls = [asText(json['purl']), ...asStrings(json['purls'])].filter((purl) => purl !== undefined);
  for (const purl of purls) {
    const [, architecture] = /[?&]arch=([\w-]+)/.exec(purl) ?? [];
    if (architecture !== undefined) return architecture;
  }
  return undefined;
}
