import { existsSync } from 'node:fs';
import path from 'node:path';
import { BuildpacksError, describeProblem, InputError, type InputProblem, type Place } from '@buildpacks-ci/core';
import type { Toolkit } from './toolkit.ts';

/** The runner keeps so many of each kind in a step, and drops the others without a word. */
const MOST = 10;

const DEFECT_HINT =
  'This is a defect of buildpacks-ci: run the job again with debug logging, and report what it prints.';

/** What stands on the page of the run and beside the code. */
export interface Annotations {
  /** False when the runner would drop it: the log must tell it. */
  warn(message: string, place?: Place): boolean;
  /** Tells what went wrong; gives the lines that only the log can tell. `safe` makes text harmless. */
  fail(error: unknown, safe: (text: string) => string): readonly string[];
}

/** Where the files are that messages name; absolute. */
export interface SourceTree {
  /** What the repository was checked out to. */
  readonly workspace: string;
  /** The directory of project.toml, whose messages name it alone. */
  readonly app: string;
}

export function createAnnotations(toolkit: Toolkit, sources: SourceTree): Annotations {
  let warnings = 0;
  return {
    warn: (message, place) => {
      warnings += 1;
      if (warnings > MOST) return false;
      toolkit.warning(message, { title: 'buildpacks-ci', ...locate(place, sources) });
      return true;
    },
    fail: (error, safe) => {
      const problems = problemsOf(error);
      for (const { title, message, place } of problems.slice(0, MOST))
        toolkit.error(safe(message), { title: safe(title), ...locate(place, sources) });
      const rest = problems.slice(MOST).map(({ title, message }) => `error: ${title}: ${message}`);
      return [...rest, ...(toolkit.isDebug() ? [traceOf(error)] : [])];
    },
  };
}

interface Problem {
  readonly title: string;
  readonly message: string;
  readonly place?: Place | undefined;
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof InputError) return error.problems.map(inputProblem);
  if (error instanceof BuildpacksError)
    return [{ title: TITLES[error.code], message: withHint(error.message, error.hint) }];
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [{ title: TITLES.internal, message: withHint(message, DEFECT_HINT) }];
}

/** Where a file is to blame, the annotation stands beside the line; what it says need not repeat that. */
function inputProblem(problem: InputProblem): Problem {
  const { input, message, hint, place } = problem;
  if (place === undefined) return { title: `input ${input}`, message: withHint(message, hint) };
  return { title: `${path.basename(place.file)}: ${input}`, message: withHint(describeProblem(problem), hint), place };
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}

const TITLES: Readonly<Record<BuildpacksError['code'], string>> = {
  input: 'Bad input',
  temporary: 'Network or registry trouble',
  denied: 'Access denied',
  registry: 'The registry refused',
  image: 'A bad image',
  engine: 'No way to run the build',
  machine: 'The runner’s disk',
  lifecycle: 'The build failed',
  policy: 'Refused by policy',
  outdated: 'Outdated',
  cancelled: 'Cancelled',
  internal: 'A defect of buildpacks-ci',
};

/** A file below the workspace as GitHub knows it; any other would be shown nowhere. */
function locate(place: Place | undefined, { workspace, app }: SourceTree) {
  if (place === undefined) return {};
  const candidates = [app, workspace].map((directory) => path.resolve(directory, place.file));
  const file = path.relative(workspace, candidates.find((candidate) => existsSync(candidate)) ?? place.file);
  if (file.startsWith('..') || path.isAbsolute(file)) return {};
  return {
    file,
    ...(place.line !== undefined && { startLine: place.line }),
    ...(place.column !== undefined && { startColumn: place.column }),
  };
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${traceOf(error.cause)}`;
}
