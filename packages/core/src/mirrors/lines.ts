import { InputError, type InputProblem } from '../errors/index.ts';
import { locationProblem, normalizeLocation, shownLocation } from './location.ts';
import { type MirrorRule, type MirrorRules, type MirrorTarget, UNCHANGED_SOURCE } from './model.ts';
import { isWildcard } from './prefix.ts';

const INPUT = 'registry-mirrors';
const EXAMPLE = 'Write PREFIX=MIRROR, as in docker.io=mirror.example/hub.';
const ONE_BY_ONE = 'Give the option once for each line.';

/**
 * Reads the lines of the input `registry-mirrors`: `docker.io=mirror.corp/hub`, `host/namespace=mirror.corp/namespace`,
 * `*.host=mirror.corp`. Several lines with one prefix are several mirrors, tried in their order; the source comes last.
 *
 * @throws InputError with every line that is wrong
 */
export function parseMirrorLines(lines: readonly string[]): MirrorRules {
  const mirrors = new Map<string, MirrorTarget[]>();
  const problems: InputProblem[] = [];
  for (const line of lines) {
    const problem = problemOf(line);
    if (problem !== undefined) {
      problems.push({ input: INPUT, ...problem });
      continue;
    }
    const { prefix, location } = split(line);
    const target = { location, insecure: false, scope: 'all' } as const;
    const known = mirrors.get(prefix);
    if (known === undefined) mirrors.set(prefix, [target]);
    else if (known.every((other) => other.location !== location)) known.push(target);
  }
  if (problems.length > 0) throw new InputError(problems);
  return { rules: [...mirrors].map(([prefix, targets]) => ruleOf(prefix, targets)), notices: [] };
}

function ruleOf(prefix: string, mirrors: readonly MirrorTarget[]): MirrorRule {
  return { prefix, mirrors, source: UNCHANGED_SOURCE, blocked: false };
}

function split(line: string): { readonly prefix: string; readonly location: string } {
  const equals = line.indexOf('=');
  return { prefix: normalizeLocation(line.slice(0, equals)), location: normalizeLocation(line.slice(equals + 1)) };
}

function problemOf(line: string): Pick<InputProblem, 'message' | 'hint'> | undefined {
  if (line.includes('\n')) {
    const [first = ''] = line.split('\n', 1);
    return { message: `"${shownLocation(first.trim())}" is followed by a line break`, hint: ONE_BY_ONE };
  }
  if (!line.includes('=')) return { message: `"${shownLocation(line)}" has no "="`, hint: EXAMPLE };
  const { prefix, location } = split(line);
  if (prefix === '*') {
    return { message: '"*" is no prefix', hint: 'Write a line for each registry, or *.HOST for the hosts below one.' };
  }
  if (prefix === '' || location === '')
    return { message: `"${shownLocation(line)}" lacks one of its sides`, hint: EXAMPLE };
  return (isWildcard(prefix) ? undefined : locationProblem(prefix)) ?? locationProblem(location);
}
