import type { InputProblem, Place } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { readSmallFile } from '../files/file-kind.ts';
import type { Problems } from '../errors/problems.ts';
import type { InputReader } from './reader.ts';
import { sourcePlace, type Surroundings } from './source-place.ts';

/** A variable as written; without a value it takes the job's. */
export interface Assignment {
  readonly name: string;
  readonly value?: string;
  /** Line of the text, from 1. */
  readonly line: number;
}

/** Each variable becomes a file `/platform/env/<NAME>` and then part of a process's environment. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/;
const MAX_FILE = 1024 * 1024;
const SEVERAL_LINES = 'A value of several lines is written K<<EOF, the lines, and EOF.';

/**
 * Cuts text into assignments: `K=V`, `K`, and `K<<EOF` … `EOF`. Values are kept as they are, quotes included.
 * Blanks before a name, empty lines and lines that start with `#` mean nothing.
 *
 * @param report gets what is wrong and in which line; it never sees a value
 */
function parseAssignments(
  text: string,
  report: (message: string, line: number, hint?: string) => void,
): readonly Assignment[] {
  const lines = text.split('\n');
  const assignments: Assignment[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    const written = withoutReturn(lines[index] ?? '').trimStart();
    if (written === '' || written.startsWith('#')) continue;
    const block = /^([^=]*?)<<(.*)$/.exec(written);
    if (block === null) {
      assignments.push({ ...parseAssignment(written), line });
      continue;
    }
    const name = (block[1] ?? '').trim();
    const mark = (block[2] ?? '').trim();
    const end = lines.findIndex((candidate, at) => at > index && withoutReturn(candidate).trim() === mark);
    if (mark === '' || end === -1) {
      report(
        `${quoteName(name)}<<${mark} has no end`,
        line,
        `Write ${mark === '' ? 'a word after << and the same word' : mark} alone on the line after the value.`,
      );
      break;
    }
    assignments.push({ name, value: lines.slice(index + 1, end).join('\n'), line });
    index = end;
  }
  return assignments;
}

/** One `K=V` or `K`; the value may hold anything, line ends included. */
function parseAssignment(text: string): { readonly name: string; readonly value?: string } {
  const equals = text.indexOf('=');
  if (equals === -1) return { name: text.trim() };
  return { name: text.slice(0, equals).trim(), value: text.slice(equals + 1) };
}

/** What is wrong with a variable, if anything; `value` is undefined when the job does not have it. */
export function variableProblem(name: string, value: string | undefined): Wrong | undefined {
  if (!NAME.test(name)) {
    return {
      message: name === '' ? 'a variable has no name' : `${quoteName(name)} is not a name for a variable`,
      hint: `A name has letters, digits, and _ . - after the first character. ${SEVERAL_LINES}`,
    };
  }
  if (value === undefined) {
    return {
      message: `${quoteName(name)} has no value: the environment does not have it`,
      hint: `Write K=V, or set the variable where this runs. ${SEVERAL_LINES}`,
    };
  }
  return value.includes('\0') ? { message: `the value of ${quoteName(name)} holds a NUL character` } : undefined;
}

type Wrong = Pick<InputProblem, 'message' | 'hint'>;

/** What the job has; its variables are for names that the workflow wrote, and for those in files where these are trusted. */
export interface VariableContext extends Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** Names of variables that no buildpack gets by their names alone. */
  readonly withheld?: (name: string) => boolean;
}

/** Env files, then `env`: the later wins. */
export function readVariables(
  reader: InputReader,
  context: VariableContext,
  problems: Problems,
): Readonly<Record<string, string>> {
  const variables = new Map<string, string>();
  const take = (assignment: Assignment, input: string, place?: Place) => {
    const isWithheld = assignment.value === undefined && context.withheld?.(assignment.name) === true;
    const value = assignment.value ?? ownValue(context.environment, assignment.name);
    const wrong = isWithheld ? withheldVariable(assignment.name) : variableProblem(assignment.name, value);
    if (wrong !== undefined) problems.add({ input, ...wrong, ...optional('place', place) });
    else if (value !== undefined) variables.set(assignment.name, value);
  };
  for (const file of reader.list('env-files')) {
    for (const { assignment, place } of readEnvFile(file, context, problems)) {
      if (assignment.value !== undefined || !context.untrusted) take(assignment, 'env-files', place);
      else problems.add({ input: 'env-files', ...notFromTheJob(assignment.name), place });
    }
  }
  for (const assignment of readEnv(reader, problems)) take(assignment, 'env');
  return Object.fromEntries(variables);
}

/** What it is worth to whoever reads it, buildpacks and their dependencies among them, is seldom known to who names it. */
function withheldVariable(name: string): Wrong {
  return {
    message: `${quoteName(name)} is the job's own, and buildpacks do not get it by its name`,
    hint: 'Hand over a credential that can do less, best in "bindings". If it must be this one, put it into a variable of another name.',
  };
}

/** A pull request can write any name into its files: the job's tokens, too. */
function notFromTheJob(name: string): Wrong {
  return {
    message: `${quoteName(name)} has no value, and no file gets those of the job in an untrusted run`,
    hint: 'Write K=V, or K alone in the input "env".',
  };
}

function readEnv(reader: InputReader, problems: Problems): readonly Assignment[] {
  const raw = reader.raw('env');
  if (typeof raw !== 'string') {
    return raw.filter((item) => item !== '').map((item, index) => ({ ...parseAssignment(item), line: index + 1 }));
  }
  return parseAssignments(raw, (message, line, hint) => {
    problems.report('env', `line ${line}: ${message}`, hint);
  });
}

function readEnvFile(
  file: string,
  surroundings: Surroundings,
  problems: Problems,
): readonly { readonly assignment: Assignment; readonly place: Place }[] {
  const place = problems.attempt(() => sourcePlace(file, surroundings, 'env-files'));
  if (place === undefined) return [];
  const content = readSmallFile(place, MAX_FILE);
  if (typeof content === 'string') {
    problems.report('env-files', `"${file}" ${content}`);
    return [];
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    problems.report('env-files', `"${file}" is not UTF-8 text`);
    return [];
  }
  const assignments = parseAssignments(text, (message, line, hint) => {
    problems.add({ input: 'env-files', message, place: { file, line }, ...(hint !== undefined && { hint }) });
  });
  return assignments.map((assignment) => ({ assignment, place: { file, line: assignment.line } }));
}

/** `constructor` is a name like any other. */
function ownValue(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

/** A line of a secret may have been taken for a name: never show more than a few characters of what is unusual. */
function quoteName(name: string): string {
  return /^[A-Za-z0-9_.-]{1,40}$/.test(name) ? `"${name}"` : `"${name.slice(0, 8)}…"`;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
