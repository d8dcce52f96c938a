import {
  collectProblems,
  BuildpacksError,
  type Chore,
  type HousekeepingInputs,
  InputError,
  type InputProblem,
  listStoredCaches,
  type ListedCache,
  type StoreReport,
  type VerifiedCache,
  nearestName,
  optional,
  parseHousekeepingInputs,
  parsePruneRules,
  type Ports,
  type PruneRules,
  pruneStoredCaches,
  renderStores,
  storesJson,
  verifyStoredCaches,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { connectionContext, withPorts } from '../requests.ts';

const UNUSED_OPTION: Option = {
  name: 'unused-for',
  kind: 'text',
  placeholder: 'DAYS',
  description: 'With prune: caches that nobody has used for so many days go.',
};

const SIZE_OPTION: Option = {
  name: 'max-size',
  kind: 'text',
  placeholder: 'SIZE',
  description: 'With prune: the least recently used caches go until the others fit into this size.',
};

const DRY_RUN_OPTION: Option = {
  name: 'dry-run',
  kind: 'flag',
  description: 'With prune: only tells what would go.',
};

const PRUNE_OPTIONS = [UNUSED_OPTION, SIZE_OPTION, DRY_RUN_OPTION];

const ACTIONS = ['ls', 'verify', 'prune'] as const;
type Action = (typeof ACTIONS)[number];

/** What the command line asks for. */
type Task =
  | { readonly action: 'ls' | 'verify' }
  | { readonly action: 'prune'; readonly rules: PruneRules; readonly rehearse: boolean };

export const CACHE: Command = {
  name: 'cache',
  summary: 'Looks after the stores of layer caches: lists, verifies and prunes what they hold.',
  usage: [
    'ls --cache-store=STORE [options]',
    'verify --cache-store=STORE [options]',
    'prune --cache-store=STORE [--unused-for=DAYS] [--max-size=SIZE] [options]',
  ],
  details: [
    'verify reads each cache as a build does and checks every byte; its exit status is 1 when a build could not use all of them. prune removes caches that are damaged, and those that its options name.',
  ],
  groups: [
    {
      title: 'Options',
      options: [
        {
          ...inputOption('cache-store', 'Which store; several are looked after one after the other.'),
          placeholder: 'dir:PATH|registry:REPOSITORY',
        },
        inputOption(
          'cache-verify-keys',
          'Ed25519 public keys: tells which caches they signed; for verify, others have a problem.',
        ),
        ...PRUNE_OPTIONS,
        inputOption('log-level'),
        JSON_OPTION,
        HELP_OPTION,
      ],
    },
    connectionGroup(),
  ],
  async run(invocation) {
    const { inputs: raw, problems, console } = invocation;
    const { task, problems: wrong } = readTask(invocation);
    const inputs = collectProblems([...problems, ...wrong], () =>
      parseHousekeepingInputs(raw, connectionContext(invocation)),
    );
    const reports = await withPorts(invocation, inputs.connection, (ports) => perform(task, inputs, ports));
    const asJson = flagValue(invocation, 'json') === 'true';
    console.print(asJson ? storesJson(reports) : `${renderStores(reports, choreOf(task)).join('\n')}\n`);
    const caches = reports.flatMap((report) => report.caches);
    const bad = caches.filter((cache) => 'problems' in cache && cache.problems.length > 0).length;
    if (bad > 0) throw new BuildpacksError('image', `${bad} of ${caches.length} caches can't be used as they are`);
  },
};

function perform(
  task: Task,
  inputs: HousekeepingInputs,
  ports: Ports,
): Promise<readonly StoreReport<ListedCache | VerifiedCache>[]> {
  switch (task.action) {
    case 'ls':
      return listStoredCaches(inputs, ports);
    case 'verify':
      return verifyStoredCaches(inputs, ports);
    case 'prune':
      return pruneStoredCaches(inputs, task, ports);
  }
}

function choreOf(task: Task): Chore {
  switch (task.action) {
    case 'ls':
      return 'list';
    case 'verify':
      return 'verify';
    case 'prune':
      return task.rehearse ? 'rehearse-prune' : 'prune';
  }
}

/** What is to be done; something harmless where there are problems. */
function readTask(invocation: Invocation): { readonly task: Task; readonly problems: readonly InputProblem[] } {
  const { action, problems } = readAction(invocation.positionals);
  if (action !== 'prune') {
    return { task: { action }, problems: problems.length > 0 ? problems : strayOptions(action, invocation) };
  }
  const given = {
    ...optional('unusedFor', flagValue(invocation, UNUSED_OPTION.name)),
    ...optional('maxSize', flagValue(invocation, SIZE_OPTION.name)),
  };
  const rehearse = flagValue(invocation, DRY_RUN_OPTION.name) === 'true';
  try {
    return { task: { action, rules: parsePruneRules(given, invocation.host.clock.now()), rehearse }, problems };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { task: { action: 'ls' }, problems: error.problems };
  }
}

function readAction([text, more]: readonly string[]): {
  readonly action: Action;
  readonly problems: readonly InputProblem[];
} {
  const action = ACTIONS.find((each) => each === text);
  if (action !== undefined && more === undefined) return { action, problems: [] };
  const problem = (message: string, hint = `Write one of ${ACTIONS.join(', ')}.`) => ({
    action: 'ls' as const,
    problems: [{ input: 'arguments', message, hint }],
  });
  if (text === undefined) return problem('what to do is missing');
  if (action !== undefined) return problem(`"${more ?? ''}" is one too many`);
  const meant = nearestName(text, ACTIONS);
  return problem(`"${text}" can't be done with caches`, meant === undefined ? undefined : `Did you mean "${meant}"?`);
}

/** Who writes them with another action would think that something is removed, or that less is told. */
function strayOptions(action: Action, invocation: Invocation): readonly InputProblem[] {
  const stray = PRUNE_OPTIONS.filter(({ name }) => flagValue(invocation, name) !== undefined);
  const hint = 'It belongs to "cache prune".';
  return stray.map(({ name }) => ({ input: `--${name}`, message: `has no meaning for "cache ${action}"`, hint }));
}
