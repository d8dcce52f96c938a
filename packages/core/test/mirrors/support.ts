import { InputError, type InputProblem } from '../../src/errors/index.ts';
import type { Endpoint } from '../../src/mirrors/route.ts';
import { digestOf, formatReference } from '../../src/reference/index.ts';

export const DIGEST = digestOf(new Uint8Array());

/** What is asked, in order. */
export function names(endpoints: readonly Endpoint[]): readonly string[] {
  return endpoints.map(({ reference }) => formatReference(reference));
}

/** The problems that `act` throws; none when it throws nothing. Any other error goes through. */
export function problemsOf(act: () => unknown): readonly InputProblem[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
}
