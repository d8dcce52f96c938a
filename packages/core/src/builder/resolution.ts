import { nearestName } from '../errors/nearest-name.ts';
import { formatModule, type ModuleName, type ModuleReference } from './module.ts';

/** A reference with its version, or the versions that kept it open (none: the id is unknown). */
export type Resolution =
  { readonly found: ModuleName } | { readonly found: undefined; readonly versions: readonly string[] };

/** How many names an error lists. */
const LISTED = 5;

/** Looks a buildpack up; a version may be missing only where there is one (pack's `resolveRef`). */
export function resolveModule({ id, version }: ModuleReference, known: readonly ModuleName[]): Resolution {
  const versions = [...new Set(known.filter((module) => module.id === id).map((module) => module.version))];
  const [only, second] = versions;
  if (version !== undefined && versions.includes(version)) return { found: { id, version } };
  if (version === undefined && only !== undefined && second === undefined) return { found: { id, version: only } };
  return { found: undefined, versions };
}

/** Why a buildpack was not found, and what may have been meant. */
export function explainMissing(
  module: ModuleReference,
  versions: readonly string[],
  known: readonly ModuleName[],
  builder: string,
): { readonly message: string; readonly hint: string } {
  const name = formatModule(module);
  if (versions.length === 0) {
    return { message: `"${name}" is no buildpack of the builder "${builder}"`, hint: suggest(module.id, known) };
  }
  const message =
    module.version === undefined
      ? `"${name}" has more than one version on the builder "${builder}"`
      : `"${name}" is not on the builder "${builder}", which has another version of it`;
  return { message, hint: `Give one of ${versions.map((version) => `${module.id}@${version}`).join(', ')}.` };
}

function suggest(id: string, known: readonly ModuleName[]): string {
  const near = nearModules(id, known);
  const names = (near.length > 0 ? near : known).map(formatModule);
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  if (names.length === 0) return 'The builder has no buildpacks.';
  const listed = `${names.slice(0, LISTED).join(', ')}${more}`;
  return near.length > 0 ? `Did you mean ${listed}?` : `It has ${listed}.`;
}

/** Buildpacks that may have been meant: those with a similar id, and those whose name within their namespace has a part in common. */
function nearModules(id: string, known: readonly ModuleName[]): readonly ModuleName[] {
  const similar = nearestName(
    id,
    known.map((module) => module.id),
  );
  const wanted = baseName(id);
  const near = known.filter((module) => {
    const name = baseName(module.id);
    return module.id === similar || name.includes(wanted) || wanted.includes(name);
  });
  const rest = nearestName(
    wanted,
    known.map((module) => baseName(module.id)),
  );
  return near.length > 0 ? near : known.filter((module) => baseName(module.id) === rest);
}

function baseName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
