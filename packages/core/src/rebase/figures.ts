import { rebasedPart, type RebaseReport } from './report.ts';

/** A report in numbers, for what comes after it in a pipeline. */
export interface RebaseFigures {
  /** Of which some tags moved at least: an image of which others could not counts as failed, too. */
  readonly rebased: number;
  /** Would be rebased. */
  readonly outdated: number;
  /** Refused by a rule, or in trouble. */
  readonly failed: number;
}

export function rebaseFigures({ images }: Pick<RebaseReport, 'images'>): RebaseFigures {
  const count = (...states: readonly string[]) => images.filter(({ state }) => states.includes(state)).length;
  const rebased = images.filter((image) => rebasedPart(image) !== undefined).length;
  return { rebased, outdated: count('outdated'), failed: count('refused', 'failed') };
}

/** The new images, `name@sha256:…` each once: for signatures and attestations, which the old images' do not cover. */
export function rebasedReferences({ images }: Pick<RebaseReport, 'images'>): readonly string[] {
  const references = images.flatMap((image) => {
    const part = rebasedPart(image);
    return part === undefined ? [] : [`${image.repository}@${part.after}`];
  });
  return [...new Set(references)];
}
