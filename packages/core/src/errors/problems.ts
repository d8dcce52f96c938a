import { isDeepStrictEqual } from 'node:util';
import { InputError, type InputProblem, type Place } from './input-error.ts';
import { optional } from '../json/json.ts';

/** One problem of one input, to be thrown. */
export function inputError(input: string, message: string, hint?: string, place?: Place): InputError {
  return new InputError([{ input, message, ...optional('hint', hint), ...optional('place', place) }]);
}

/**
 * Reads values with a parser; what is wrong with what surrounds them and with the values is told together.
 *
 * @throws InputError
 */
export function collectProblems<T>(problems: readonly InputProblem[], parse: () => T): T {
  try {
    const value = parse();
    if (problems.length === 0) return value;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError([...problems, ...error.problems]);
  }
  throw new InputError(problems);
}

/** Gathers what is wrong, so that all of it can be told at once, and what is worth a notice. */
export class Problems {
  readonly #problems: InputProblem[] = [];
  readonly #notices: string[] = [];

  get notices(): readonly string[] {
    return this.#notices;
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** What is read twice is wrong once. */
  add(problem: InputProblem): void {
    if (!this.#problems.some((known) => isDeepStrictEqual(known, problem))) this.#problems.push(problem);
  }

  report(input: string, message: string, hint?: string): void {
    this.add({ input, message, ...optional('hint', hint) });
  }

  notice(text: string): void {
    this.#notices.push(text);
  }

  /**
   * The result of `read`, or `undefined` when it threw an `InputError`, whose problems are then noted,
   * those without a place of their own at `place`.
   */
  attempt<T>(read: () => T, place?: Place): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const problem of error.problems) this.add({ ...optional('place', place), ...problem });
      return undefined;
    }
  }

  /** @throws InputError with everything that was noted, if anything was */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new InputError(this.#problems);
  }
}
