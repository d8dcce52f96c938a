import type { ModuleName } from '../builder/module.ts';
import { globExpression } from './glob.ts';
import { parseVersionRange, type VersionRange } from './version-range.ts';

/** Which buildpacks a rule means: `paketo-buildpacks/*`, `example/java@>=2 <4`. */
export interface ModulePattern {
  readonly id: RegExp;
  /** Absent: any. */
  readonly versions?: VersionRange;
}

/** The pattern, or in words why the text is none. */
export function parseModulePattern(text: string): ModulePattern | string {
  const at = text.indexOf('@');
  const id = at === -1 ? text : text.slice(0, at);
  if (!/^[A-Za-z0-9._/*-]+$/.test(id)) return `"${text}" has no id of a buildpack`;
  if (at === -1) return { id: globExpression(id, 'part') };
  const versions = parseVersionRange(text.slice(at + 1).trim());
  if (versions === undefined) return `"${text.slice(at + 1)}" is no range of versions`;
  return { id: globExpression(id, 'part'), versions };
}

export function matchesModule({ id, versions }: ModulePattern, module: ModuleName): boolean {
  return id.test(module.id) && (versions === undefined || versions(module.version));
}
