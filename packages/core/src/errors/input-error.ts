import { BuildpacksError } from './error.ts';

/** Where in a file a problem is; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that is wrong with what the user gave. */
export interface InputProblem {
  /** The input's name (`builder`, `env`), or the key's path in a file (`io.buildpacks.group[0].id`). */
  readonly input: string;
  /** What is wrong, quoting the user's value. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly place?: Place;
}

/** All that is wrong with the inputs, reported together. */
export class InputError extends BuildpacksError {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], details: { readonly cause?: unknown } = {}) {
    const [first] = problems;
    super('input', problems.map(describeProblem).join('\n'), {
      ...details,
      ...(problems.length === 1 && first?.hint !== undefined && { hint: first.hint }),
    });
    this.problems = problems;
  }
}

/** `project.toml:3:1: io.buildpacks.group[0].id: …`, or `builder: …` where no file is to blame. */
export function describeProblem(problem: InputProblem): string {
  return `${formatPlace(problem.place)}${problem.input}: ${problem.message}`;
}

/** `project.toml:3:1: `, for the beginning of a line; empty when there is no place. */
export function formatPlace(place: Place | undefined): string {
  if (place === undefined) return '';
  return `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(':')}: `;
}
