import type { ModuleName } from '../builder/module.ts';
import { globTest, type TextTest } from '../glob/glob.ts';
import type { Match } from './match.ts';
import { parseVersionRange, type VersionRange } from './version-range.ts';

/** Which buildpacks a rule means: `paketo-buildpacks/*`, `example/java@>=2 <4`. */
export interface ModulePattern {
  readonly id: TextTest;
  /** Absent: any. */
  readonly versions?: VersionRange;
}

/** The pattern, or in words why the text is none. */
export function parseModulePattern(text: string): ModulePattern | string {
  const at = text.indexOf('@');
  const id = at === -1 ? text : text.slice(0, at);
  if (!/^[A-Za-z0-9._/*-]+$/.test(id)) return `"${text}" has no id of a buildpack`;
  if (at === -1) return { id: globTest(id, 'part') };
  const versions = parseVersionRange(text.slice(at + 1).trim());
  if (versions === undefined) return `"${text.slice(at + 1)}" is no range of versions`;
  return { id: globTest(id, 'part'), versions };
}

/** `maybe` when the version can't be compared with the pattern's. */
export function matchModule({ id, versions }: ModulePattern, module: ModuleName): Match {
  if (!id(module.id)) return 'no';
  return versions === undefined ? 'yes' : versions(module.version);
}
