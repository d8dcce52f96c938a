import { variableProblem } from '../inputs/variables.ts';
import { optional } from '../json/json.ts';
import { openToml } from '../toml/open-toml.ts';
import type { TableReader } from '../toml/table.ts';
import { type BuildpackContext, readBuildpacks, readExecEnv } from './buildpacks.ts';
import {
  type DescriptorVariable,
  type License,
  type ProjectDescriptor,
  type ProjectMetadata,
  SCHEMA_VERSIONS,
  type SchemaVersion,
} from './descriptor.ts';
import type { FileSelection } from './files.ts';
import type { LocatorContext } from './locator.ts';

export interface ProjectContext extends LocatorContext {
  /** The file's name, for messages. */
  readonly file: string;
}

/**
 * Reads a project descriptor of schema 0.1, 0.2 (extension specification "project descriptor") or 0.3 (as pack reads it).
 * Keys that nobody reads are warned of.
 *
 * @throws InputError with every problem and its line
 */
export function parseProject(text: string, context: ProjectContext): ProjectDescriptor {
  const root = openToml(text, context.file, 'descriptor');
  const { findings } = root;
  const schemaVersion = readSchemaVersion(root);
  findings.problems.throwIfAny();

  const content = readContent(root, { ...context, schemaVersion });
  findings.problems.throwIfAny();
  return { file: context.file, schemaVersion, ...content, warnings: findings.warnings };
}

function readSchemaVersion(root: TableReader): SchemaVersion {
  const table = root.table('_');
  const text = table?.text('schema-version');
  // The specification's default; many a file has no version and the keys of 0.2.
  if (text === undefined || text === '') return '0.1';
  const known = SCHEMA_VERSIONS.find((version) => version === text);
  if (known === undefined) {
    table?.problem('schema-version', `"${text}" is not a schema version`, `Known are ${SCHEMA_VERSIONS.join(', ')}.`);
  }
  return known ?? '0.1';
}

type Content = Omit<ProjectDescriptor, 'file' | 'schemaVersion' | 'warnings'>;

/** Schema 0.1 has `[project]` and `[build]`; later ones `[_]` and `[io.buildpacks]`. Any other table is the user's own. */
function readContent(root: TableReader, context: BuildpackContext): Content {
  const first = context.schemaVersion === '0.1';
  const about = root.table(first ? 'project' : '_');
  const metadata = readMetadata(about);
  about?.allow('schema-version');
  if (!first) about?.allow('metadata');
  about?.warnUnknown();
  root.allow('metadata');
  warnOfOtherSchema(root, context.schemaVersion);
  const content = { metadata, ...(first ? readBuild(root.table('build'), context) : readIo(root, context)) };
  root.warnMisspelt();
  return content;
}

function warnOfOtherSchema(root: TableReader, schemaVersion: SchemaVersion): void {
  const first = schemaVersion === '0.1';
  if (first && root.table('io')?.has('buildpacks') === true) {
    const advice = 'add schema-version = "0.2" under [_]';
    root.findings.warn(['io', 'buildpacks'], `it is not read in schema version 0.1; ${advice}`);
  }
  for (const key of first ? [] : ['project', 'build']) {
    if (root.has(key)) root.findings.warn([key], 'it is read in schema version 0.1 only');
  }
}

function readMetadata(table: TableReader | undefined): ProjectMetadata {
  return {
    ...optional('id', table?.text('id')),
    ...optional('name', table?.text('name')),
    ...optional('version', table?.text('version')),
    authors: table?.texts('authors') ?? [],
    ...optional('documentationUrl', table?.text('documentation-url')),
    ...optional('sourceUrl', table?.text('source-url')),
    licenses: (table?.tables('licenses') ?? []).map(readLicense),
  };
}

function readLicense(table: TableReader): License {
  const license = { ...optional('type', table.text('type')), ...optional('uri', table.text('uri')) };
  if ((license.type ?? '') === '' && (license.uri ?? '') === '') {
    table.problem(undefined, 'a license needs a type or a uri', 'Write type = "Apache-2.0", for example.');
  }
  table.warnUnknown();
  return license;
}

function readBuild(build: TableReader | undefined, context: BuildpackContext): Omit<Content, 'metadata'> {
  const content = {
    ...readCommon(build, context),
    group: readBuildpacks(build?.tables('buildpacks') ?? [], context),
    variables: readVariables(build?.tables('env') ?? [], context.schemaVersion),
  };
  build?.warnUnknown();
  return content;
}

function readIo(root: TableReader, context: BuildpackContext): Omit<Content, 'metadata'> {
  const io = root.table('io');
  const table = io?.table('buildpacks');
  io?.warnMisspelt();
  const build = table?.table('build');
  const current = build?.tables('env') ?? [];
  build?.warnUnknown();
  // An early form of 0.2, which pack takes when the other is not there.
  const old = context.schemaVersion === '0.2' && table?.has('env') === true ? table.table('env') : undefined;
  const legacy = old?.tables('build') ?? [];
  old?.warnUnknown();
  const content = {
    ...readCommon(table, context),
    group: readBuildpacks(table?.tables('group') ?? [], context),
    variables: readVariables(current.length > 0 ? current : legacy, context.schemaVersion),
  };
  table?.warnUnknown();
  return content;
}

function readCommon(table: TableReader | undefined, context: BuildpackContext) {
  const image = table?.text('builder');
  const place = table?.findings.positions.placeOf([...table.path, 'builder']);
  const builder = image === undefined || image === '' || place === undefined ? undefined : { image, place };
  return {
    ...optional('builder', builder),
    files: readSelection(table),
    pre: readAddition(table, 'pre', context),
    post: readAddition(table, 'post', context),
  };
}

function readAddition(table: TableReader | undefined, key: 'pre' | 'post', context: BuildpackContext) {
  const addition = table?.table(key);
  const buildpacks = readBuildpacks(addition?.tables('group') ?? [], context);
  addition?.warnUnknown();
  return buildpacks;
}

function readSelection(table: TableReader | undefined): FileSelection {
  const include = table?.texts('include');
  const exclude = table?.texts('exclude');
  if (include !== undefined && exclude !== undefined) {
    table?.problem(
      'exclude',
      'include and exclude can not be used together',
      'Keep one; "!" in front of a pattern negates it.',
    );
  }
  // As in pack, an empty list selects nothing by itself.
  if (exclude !== undefined && exclude.length > 0) return { kind: 'exclude', patterns: exclude };
  if (include !== undefined && include.length > 0) return { kind: 'include', patterns: include };
  return { kind: 'all' };
}

function readVariables(tables: readonly TableReader[], schemaVersion: SchemaVersion): readonly DescriptorVariable[] {
  return tables.flatMap((table) => {
    const name = table.text('name');
    const value = table.text('value') ?? (table.has('value') ? undefined : '');
    const execEnv = readExecEnv(table, schemaVersion);
    table.warnUnknown();
    if (value === undefined) return [];
    const wrong = variableProblem(name ?? '', value);
    if (wrong === undefined) return [{ name: name ?? '', value, execEnv }];
    if (name !== undefined || !table.has('name')) table.problem('name', wrong.message, wrong.hint);
    return [];
  });
}
