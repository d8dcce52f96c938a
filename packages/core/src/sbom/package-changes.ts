import { alignColumns, count } from '../report/columns.ts';
import { type Change, changeCells, changesBetween } from '../report/changes.ts';
import type { Component } from './components.ts';
import type { RunImagePackages } from './run-image-packages.ts';

/** What became of the packages of a run image; by name, versions of several of one name together. */
export type PackageChanges =
  | { readonly state: 'compared'; readonly changes: readonly Change[] }
  /** The run images don't tell their packages. */
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly reason: string };

export function comparePackages(before: RunImagePackages, after: RunImagePackages): PackageChanges {
  if (before.state === 'untold' && after.state === 'untold') return { state: 'none' };
  for (const [which, side] of [
    ['first', before],
    ['second', after],
  ] as const) {
    if (side.state === 'unknown') return side;
    if (side.state === 'untold')
      return { state: 'unknown', reason: `the ${which} run image does not tell its packages` };
  }
  return { state: 'compared', changes: changesBetween(versionsOf(before), versionsOf(after)) };
}

/** Packages have no other name in both kinds of lists: a label has no package URLs. */
function versionsOf(side: RunImagePackages): ReadonlyMap<string, string> {
  const versions = new Map<string, Set<string>>();
  const packages: readonly Component[] = side.state === 'known' ? side.packages : [];
  for (const { name, version = 'unknown' } of packages) {
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return new Map([...versions].map(([name, all]) => [name, [...all].sort().join(', ')]));
}

/** `2 packages changed, 1 added`. */
export function countChanges(changes: readonly Change[]): string {
  const numbers = (['changed', 'added', 'removed'] as const).flatMap((kind) => {
    const number = changes.filter((change) => change.kind === kind).length;
    return number === 0 ? [] : [{ kind, number }];
  });
  const words = numbers.map(({ kind, number }, index) => `${index === 0 ? count(number, 'package') : number} ${kind}`);
  return words.join(', ') || 'no package changed';
}

/** A line for each of the first `most`, and one for the rest. */
export function changeLines(changes: readonly Change[], most: number): readonly string[] {
  const lines = alignColumns(changes.slice(0, most).map(changeCells));
  return changes.length > most ? [...lines, `… and ${changes.length - most} more`] : lines;
}
