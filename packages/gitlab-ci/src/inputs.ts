import { readFileSync } from 'node:fs';
import { environmentName, type InputProblem, type RawInputs, REBASE_INPUTS, variableInputs } from '@buildpacks-ci/core';
import { cacheStore } from './cache-store.ts';
import { GITLAB_INPUTS, type GitLabInputs } from './definitions.ts';

/** What a job has written as inputs, with what follows from the project. */
export interface JobInputs {
  /** Those that core knows, as it takes them. */
  readonly core: RawInputs;
  readonly own: GitLabInputs;
  readonly problems: readonly InputProblem[];
}

type Environment = Readonly<Record<string, string>>;

/** Takes the inputs from their variables, and adds the project's own registry and the job's debug logging. Empty text means absent. */
export function readJobInputs(environment: Environment): JobInputs {
  const problems: InputProblem[] = [];
  const given = withFiles(variableInputs(environment), problems);
  const own = readOwnInputs(environment, problems);
  const image = imageOf(given, environment);
  return {
    core: {
      ...given,
      image,
      'cache-store': cacheStore({ ...given, image }, environment['CI_REGISTRY_IMAGE'] ?? ''),
      ...(environment['CI_DEBUG_TRACE'] === 'true' && { 'log-level': 'debug' }),
    },
    own,
    problems,
  };
}

/** What a job that rebases has written as inputs. */
export function readRebaseInputs(environment: Environment): RawInputs {
  return {
    ...variableInputs(environment, REBASE_INPUTS),
    ...(environment['CI_DEBUG_TRACE'] === 'true' && { 'log-level': 'debug' }),
  };
}

/** Those that are secret as a whole; in the others core finds what is. */
export function secretInputs({ core }: JobInputs): readonly string[] {
  const key = core['cache-sign-key'];
  return typeof key === 'string' ? [key] : [];
}

/** Inputs whose text has lines, so that in GitLab they are variables of the type "file", which hold a path. */
const FILES = ['cache-sign-key', 'cache-verify-keys'] as const;

function withFiles(given: RawInputs, problems: InputProblem[]): RawInputs {
  const read = FILES.flatMap((name) => {
    const text = given[name];
    if (typeof text !== 'string' || !text.startsWith('/') || text.includes('\n')) return [];
    try {
      return [[name, readFileSync(text, 'utf8')] as const];
    } catch {
      const hint = 'Take a variable of the type "File", whose value is the text and not a path.';
      problems.push({ input: name, message: 'it is the path of a file that can not be read', hint });
      return [[name, ''] as const];
    }
  });
  return { ...given, ...Object.fromEntries(read) };
}

/** An image of the project itself. Where its registry is off, GitLab leaves its variable as it was written, or nothing of it. */
function imageOf({ image }: RawInputs, { CI_REGISTRY_IMAGE = '' }: Environment): string {
  const text = typeof image === 'string' ? image.trim() : '';
  if (text === '') return CI_REGISTRY_IMAGE;
  return CI_REGISTRY_IMAGE === '' && /^(?:\$\{?CI_REGISTRY_IMAGE\b|\/)/.test(text) ? '' : text;
}

/** The mistake that is made most: nothing says where the image goes, and the project's registry is off. */
export function imageProblems({ core }: JobInputs): readonly InputProblem[] {
  const places = [core['image'], core['tags'], core['output']].map((value) => value ?? '');
  if (places.some((value) => value.length > 0)) return [];
  const message = 'it is missing, and the project has no container registry (CI_REGISTRY_IMAGE is not set)';
  const hint =
    'Set "image" to registry/repository[:tag], or switch the container registry on: Settings, General, Visibility.';
  return [{ input: 'image', message, hint }];
}

function readOwnInputs(environment: Environment, problems: InputProblem[]): GitLabInputs {
  const entries = GITLAB_INPUTS.map(({ name, type, default: otherwise }) => {
    const text = environment[environmentName(name)]?.trim() ?? '';
    if (!PATTERNS[type].test(text)) problems.push({ input: name, ...MISTAKES[type](text) });
    const value = text === '' ? otherwise : text;
    return [name, type === 'number' ? Number(value) : value.toLowerCase() === 'true'] as const;
  });
  return Object.fromEntries(entries) as GitLabInputs;
}

const PATTERNS = { boolean: /^(?:true|True|TRUE|false|False|FALSE|)$/, number: /^\d{0,9}$/ } as const;

const MISTAKES = {
  boolean: (text: string) => ({ message: `"${text}" is not a boolean`, hint: 'Write true or false.' }),
  number: (text: string) => ({ message: `"${text}" is not a number`, hint: 'Write digits only.' }),
} as const;
