import { compareModules } from './module-order.ts';
import { formatModule, type ModuleName, type ModuleReference } from './module.ts';

/** A reference with its version, or the versions that kept it open (none: the id is unknown). */
export type Resolution =
  { readonly found: ModuleName } | { readonly found: undefined; readonly versions: readonly string[] };

/** How many near names an error lists. */
const NEAR = 3;

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
    const near = nearestModules(module.id, known).map(formatModule);
    return {
      message: `"${name}" is no buildpack of the builder "${builder}"`,
      hint: near.length === 0 ? 'The builder has no buildpacks.' : `Near to it: ${near.join(', ')}.`,
    };
  }
  const message =
    module.version === undefined
      ? `"${name}" has more than one version on the builder "${builder}"`
      : `"${name}" is not on the builder "${builder}", which has another version of it`;
  return { message, hint: `Give one of ${versions.map((version) => `${module.id}@${version}`).join(', ')}.` };
}

/** The buildpacks whose ids are nearest to the given one. */
export function nearestModules(id: string, known: readonly ModuleName[]): readonly ModuleName[] {
  const ranked = known.map((module) => ({ module, distance: distanceBetween(id, module.id) }));
  ranked.sort((a, b) => a.distance - b.distance || compareModules(a.module, b.module));
  return ranked.slice(0, NEAR).map(({ module }) => module);
}

/** What follows the last slash says more than the namespace, so a match there counts as near. */
function distanceBetween(a: string, b: string): number {
  const last = (id: string) => id.slice(id.lastIndexOf('/') + 1);
  return Math.min(editDistance(a, b), editDistance(last(a), last(b)) + 1);
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + Number(a[i] !== b[j - 1]);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
