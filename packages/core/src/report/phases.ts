import type { PhaseTime } from './result.ts';

/** A phase or a part of one, as tables show it. */
export interface ShownPhase {
  readonly name: string;
  readonly part: boolean;
  readonly milliseconds: number;
}

/** Parts (`run/detect`) follow their phase; one that was not timed as a whole gets the sum of its parts. */
export function shownPhases(phases: readonly PhaseTime[]): readonly ShownPhase[] {
  const shown = new Set<string>();
  return phases.flatMap(({ name, milliseconds }) => {
    const [whole = name, part] = name.split('/', 2);
    const known = shown.has(whole) || part === undefined;
    shown.add(whole);
    const row = { name: part ?? name, part: part !== undefined, milliseconds };
    return known ? [row] : [{ name: whole, part: false, milliseconds: sumOfParts(phases, whole) }, row];
  });
}

function sumOfParts(phases: readonly PhaseTime[], whole: string): number {
  return phases
    .filter(({ name }) => name.startsWith(`${whole}/`))
    .reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}
