import { inputError } from '../errors/problems.ts';
import type { BuildpackLocator, InlineBuildpack } from '../inputs/index.ts';
import { optional } from '../json/json.ts';
import { formatKeyPath } from '../toml/key-path.ts';
import type { TableReader } from '../toml/table.ts';
import type { DescriptorBuildpack, SchemaVersion } from './descriptor.ts';
import { type LocatorContext, parseDescriptorLocator } from './locator.ts';

/** As pack gives to a script without a version or an interpreter of its own. */
const SCRIPT_VERSION = '0.0.0';
const SCRIPT_SHELL = '/bin/sh';

export interface BuildpackContext extends LocatorContext {
  readonly schemaVersion: SchemaVersion;
}

/** Reads the tables of a group; those that are wrong are reported and left out. */
export function readBuildpacks(
  tables: readonly TableReader[],
  context: BuildpackContext,
): readonly DescriptorBuildpack[] {
  return tables.flatMap((table) => readBuildpack(table, context) ?? []);
}

function readBuildpack(table: TableReader, context: BuildpackContext): DescriptorBuildpack | undefined {
  const written = {
    id: nonEmpty(table.text('id')),
    version: nonEmpty(table.text('version')),
    uri: nonEmpty(table.text('uri')),
    script: table.table('script'),
  };
  const execEnv = readExecEnv(table, context.schemaVersion);
  const locator = readLocator(table, written, context);
  table.warnUnknown();
  if (locator === undefined) return undefined;
  return { locator, execEnv, key: formatKeyPath(table.path), place: table.findings.positions.placeOf(table.path) };
}

interface Written {
  readonly id: string | undefined;
  readonly version: string | undefined;
  readonly uri: string | undefined;
  readonly script: TableReader | undefined;
}

function readLocator(table: TableReader, written: Written, context: BuildpackContext): BuildpackLocator | undefined {
  const { id, version, uri, script } = written;
  if (id === undefined && uri === undefined) {
    table.problem(undefined, 'a buildpack needs an id or a uri', 'Write id = "…" for one on the builder.');
    return undefined;
  }
  if (uri !== undefined && version !== undefined) {
    table.problem('version', 'a buildpack with a uri has no version', 'Leave out the version: the uri decides it.');
    return undefined;
  }
  if (uri !== undefined && script !== undefined) {
    table.problem('script', 'a buildpack has a uri or a script, not both');
    return undefined;
  }
  if (script !== undefined) return readScript(script, id ?? '', version);
  const key = uri === undefined ? 'id' : 'uri';
  return atPlace(table, key, () =>
    uri === undefined
      ? parseId(id ?? '', version, formatKeyPath([...table.path, key]))
      : parseDescriptorLocator(uri, formatKeyPath([...table.path, key]), context),
  );
}

/** What `read` gives; the problems that it throws get the key's place. */
function atPlace<T>(table: TableReader, key: string, read: () => T): T | undefined {
  return table.findings.problems.attempt(read, table.findings.positions.placeOf([...table.path, key]));
}

/** pack also takes `from=builder` as an id. */
function parseId(id: string, version: string | undefined, input: string): BuildpackLocator {
  if (id === 'from=builder' && version === undefined) return { kind: 'builder-order' };
  const bare = id.replace(/^(?:urn:cnb:builder|from=builder):/, '');
  if (!/^[A-Za-z0-9._/-]+$/.test(bare)) {
    throw inputError(
      input,
      `"${id}" is not the id of a buildpack`,
      'Images and paths are written as uri, a version as version.',
    );
  }
  return { kind: 'on-builder', id: bare, ...optional('version', version) };
}

function readScript(script: TableReader, id: string, version: string | undefined): InlineBuildpack | undefined {
  const api = nonEmpty(script.text('api'));
  const inline = nonEmpty(script.text('inline'));
  const shell = nonEmpty(script.text('shell')) ?? SCRIPT_SHELL;
  script.warnUnknown();
  if (api === undefined)
    script.problem('api', 'a script needs the Buildpack API that it is for', 'Write api = "0.10".');
  if (inline === undefined) script.problem('inline', 'a script needs its text', "Write inline = '''…'''.");
  if (/[\n\0]/.test(shell)) script.problem('shell', 'it must be one line');
  if (!/^[A-Za-z0-9._/-]+$/.test(id))
    script.problem(
      undefined,
      `"${id}" is not an id`,
      'A script needs an id of letters, digits, dots, dashes and slashes.',
    );
  if (api === undefined || inline === undefined) return undefined;
  return { kind: 'inline', id, version: version ?? SCRIPT_VERSION, api, shell, script: inline };
}

/** Since schema 0.3; before that the key is not known. */
export function readExecEnv(table: TableReader, schemaVersion: SchemaVersion): readonly string[] {
  return schemaVersion === '0.3' ? (table.texts('exec-env') ?? []) : [];
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
