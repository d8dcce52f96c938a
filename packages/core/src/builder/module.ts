/** A buildpack by name. */
export interface ModuleName {
  readonly id: string;
  readonly version: string;
}

/** A buildpack as an order names it: without a version where there is only one. */
export interface ModuleReference {
  readonly id: string;
  readonly version?: string;
  readonly optional?: boolean;
}

/** Groups in the order in which detection tries them. */
export type Order = readonly Group[];

export interface Group {
  readonly group: readonly ModuleReference[];
}

/** Ids are letters, digits, dots, dashes, underscores and slashes (buildpack specification, "Data format"). */
const ID = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+~-]*$/;

/** `id@version`, or `id`. */
export function formatModule({ id, version }: ModuleReference): string {
  return version === undefined ? id : `${id}@${version}`;
}

/** True when id and version are what the specification allows, and so no way out of a directory. */
export function isModuleName({ id, version }: ModuleName): boolean {
  return ID.test(id) && VERSION.test(version);
}

/** A buildpack's directory below the buildpacks directory: `<id with _ for />/<version>` (platform specification, "Buildpacks"). */
export function moduleDirectory({ id, version }: ModuleName): string {
  return `${id.replaceAll('/', '_')}/${version}`;
}

/** By id, then by version, numbers as numbers. */
export function compareModules(a: ModuleName, b: ModuleName): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.version.localeCompare(b.version, 'en', { numeric: true });
}
