import { BuildpacksError, describeProblem, InputError } from '../errors/index.ts';
import type { Style } from './style.ts';
import { harmlessLine } from './terminal-text.ts';

const DEFECT_HINT =
  'This is a defect of buildpacks-ci. Run again with the input log-level set to debug, and report what it prints.';

/** What went wrong and what to do about it: one block, whatever was thrown. What messages quote is made harmless. */
export function errorBlock(error: unknown, style: Style): readonly string[] {
  if (error instanceof InputError && error.problems.length > 1) return problemList(error, style);
  if (error instanceof BuildpacksError) return [...headline(error.message, style), ...hintLines(error.hint, style)];
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [...headline(message, style), ...hintLines(DEFECT_HINT, style)];
}

/** The error's stack and those of its causes, for the log level debug. */
export function errorTrace(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = harmlessLines(error.stack ?? error.message);
  return error.cause === undefined ? own : [...own, 'caused by:', ...errorTrace(error.cause)];
}

function problemList({ problems }: InputError, style: Style): readonly string[] {
  return [
    ...headline(`there are ${problems.length} problems with the inputs`, style),
    ...problems.flatMap((problem) => [
      ...harmlessLines(describeProblem(problem)).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`),
      ...hintLines(problem.hint, style).map((line) => `    ${line}`),
    ]),
  ];
}

function headline(message: string, style: Style): readonly string[] {
  const [first = '', ...more] = harmlessLines(message);
  return [`${style.red('error:')} ${first}`, ...more.map((line) => `  ${line}`)];
}

function hintLines(hint: string | undefined, style: Style): readonly string[] {
  return hint === undefined ? [] : [`${style.yellow('hint:')} ${harmlessLines(hint).join(' ')}`];
}

function harmlessLines(text: string): readonly string[] {
  return text.split('\n').map((line) => harmlessLine(line, 'strip'));
}
