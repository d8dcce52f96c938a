/** What became of something that two lists may have under the same name. */
export type Change =
  | { readonly kind: 'added'; readonly name: string; readonly after: string }
  | { readonly kind: 'removed'; readonly name: string; readonly before: string }
  | { readonly kind: 'changed'; readonly name: string; readonly before: string; readonly after: string };

/** By name; what is equal is left out. */
export function changesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name): readonly Change[] => {
    const [left, right] = [before.get(name), after.get(name)];
    if (left === right) return [];
    if (left === undefined) return [{ kind: 'added', name, after: right ?? '' }];
    if (right === undefined) return [{ kind: 'removed', name, before: left }];
    return [{ kind: 'changed', name, before: left, after: right }];
  });
}

const SIGN = { added: '+', removed: '-', changed: '~' } as const satisfies Record<Change['kind'], string>;

/** A sign with the name, and the value or both: `~ zlib1g`, `1.2.13 → 1.3.1`. */
export function changeCells(change: Change): readonly [string, string] {
  return [`${SIGN[change.kind]} ${change.name}`, valueOf(change)];
}

function valueOf(change: Change): string {
  switch (change.kind) {
    case 'added':
      return change.after;
    case 'removed':
      return change.before;
    case 'changed':
      return `${change.before} → ${change.after}`;
  }
}
