import type { InputProblem } from '../errors/index.ts';
import { collectProblems } from '../errors/problems.ts';
import { parseBoolean, type RawInputs } from '../inputs/reader.ts';
import { CONNECTION_INPUTS } from '../inputs/schema.ts';
import type { CiFacts, TrustLevel } from '../inputs/trust.ts';
import { parseRebaseInputs, type RebaseContext, type RebaseRequest } from './inputs.ts';
import type { RebaseMode } from './report.ts';
import type { RebaseOwnInput } from './schema.ts';

/** A rebase as a run of a CI has it. */
export interface RebaseJob {
  readonly request: RebaseRequest;
  readonly trust: TrustLevel;
  /** What the run was asked for and does not do; sentences. */
  readonly notices: readonly string[];
}

/** What the inputs are read against. */
export interface RebaseJobContext extends RebaseContext {
  readonly facts: Pick<CiFacts, 'trust'>;
}

/**
 * All inputs of a rebase, as every adapter has them (`REBASE_INPUTS`). An untrusted run changes nothing, and reads no list, since that may
 * be a stranger's.
 *
 * @throws InputError with every problem there is
 */
export function parseRebaseJob(raw: RawInputs, context: RebaseJobContext): RebaseJob {
  const problems: InputProblem[] = [];
  const own = new OwnInputs(raw, problems);
  const trust = readTrust(own, context, problems);
  const asked = readMode(own, problems);
  const mode = trust === 'untrusted' && asked === 'rebase' ? 'dry-run' : asked;
  const given = {
    mode,
    force: own.flag('force'),
    images: own.list('images'),
    lists: readLists(own, trust, problems),
    prefixes: own.list('all'),
    exclude: own.list('exclude'),
    excludeTags: own.list('exclude-tags'),
    runImages: own.list('run-images'),
    policies: own.list('policy'),
    untrusted: trust === 'untrusted' ? [context.workingDirectory] : [],
    tags: own.list('tags'),
    olderThan: own.text('older-than'),
    keepOldAs: own.text('keep-old-as'),
    parallel: own.text('parallel'),
  };
  const request = collectProblems(problems, () => parseRebaseInputs(given, sharedInputs(raw), context));
  const notice = 'this run is untrusted: it tells what would be done, and changes nothing';
  return { request, trust, notices: mode === asked ? [] : [notice] };
}

/** What `parseRebaseInputs` reads of the inputs of a build. */
function sharedInputs(raw: RawInputs): RawInputs {
  const names = ['run-image', 'previous-image', ...CONNECTION_INPUTS];
  return Object.fromEntries(names.map((name) => [name, raw[name]]));
}

function readMode(own: OwnInputs, problems: InputProblem[]): RebaseMode {
  const [check, rehearse] = [own.flag('check'), own.flag('dry-run')];
  if (check && rehearse) {
    const hint = 'Neither changes anything: keep one.';
    problems.push({ input: 'check', message: 'it is given together with dry-run', hint });
  }
  return check ? 'check' : rehearse ? 'dry-run' : 'rebase';
}

function readTrust(own: OwnInputs, { facts }: RebaseJobContext, problems: InputProblem[]): TrustLevel {
  const text = own.text('trust') ?? 'auto';
  if (text === 'auto') return facts.trust;
  if (text === 'trusted' || text === 'untrusted') return text;
  const hint = 'Write one of auto, trusted, untrusted.';
  problems.push({ input: 'trust', message: `"${text}" is not one of its values`, hint });
  return 'untrusted';
}

function readLists(own: OwnInputs, trust: TrustLevel, problems: InputProblem[]): readonly string[] {
  const lists = own.list('list');
  if (trust !== 'untrusted' || lists.length === 0) return lists;
  problems.push({ input: 'list', message: 'an untrusted run reads none', hint: 'Name the images with "images".' });
  return [];
}

/** Reads what a build has no inputs for, in the forms that all inputs have. */
class OwnInputs {
  readonly #raw: RawInputs;
  readonly #problems: InputProblem[];

  constructor(raw: RawInputs, problems: InputProblem[]) {
    this.#raw = raw;
    this.#problems = problems;
  }

  list(name: RebaseOwnInput): readonly string[] {
    const raw = this.#raw[name] ?? '';
    const items = typeof raw === 'string' ? raw.split('\n') : raw;
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }

  text(name: RebaseOwnInput): string | undefined {
    const raw = this.#raw[name] ?? '';
    const text = (typeof raw === 'string' ? raw : raw.join('\n')).trim();
    return text === '' ? undefined : text;
  }

  flag(name: RebaseOwnInput): boolean {
    const text = this.text(name);
    const value = text === undefined ? false : parseBoolean(text);
    if (value === undefined)
      this.#problems.push({ input: name, message: `"${text ?? ''}" is not a boolean`, hint: 'Write true or false.' });
    return value ?? false;
  }
}
