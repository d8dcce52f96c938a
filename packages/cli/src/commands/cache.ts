import {
  BuildpacksError,
  type HousekeepingInputs,
  InputError,
  listStoredCaches,
  type ListedCache,
  type StoreReport,
  type VerifiedCache,
  nearestName,
  optional,
  parseHousekeepingInputs,
  parsePruneRules,
  type Ports,
  pruneStoredCaches,
  renderStores,
  storesJson,
  verifyStoredCaches,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption, JSON_OPTION, type Option } from '../option.ts';
import { collectProblems, connectionContext, withPorts } from '../requests.ts';

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

const ACTIONS = ['ls', 'verify', 'prune'] as const;
type Action = (typeof ACTIONS)[number];

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
        inputOption('cache-store', 'Which store; several are looked after one after the other.'),
        inputOption('cache-verify-keys'),
        UNUSED_OPTION,
        SIZE_OPTION,
        DRY_RUN_OPTION,
        inputOption('log-level'),
        JSON_OPTION,
        HELP_OPTION,
      ],
    },
    connectionGroup(),
  ],
  async run(invocation) {
    const { inputs: raw, problems, console } = invocation;
    const { action, inputs } = collectProblems(problems, () => ({
      action: readAction(invocation),
      inputs: parseHousekeepingInputs(raw, connectionContext(invocation)),
    }));
    const reports = await withPorts(invocation, inputs.connection, perform(action, inputs, invocation));
    const asJson = flagValue(invocation, 'json') === 'true';
    console.print(asJson ? storesJson(reports) : `${renderStores(reports).join('\n')}\n`);
    const caches = reports.flatMap((report) => report.caches);
    const bad = caches.filter((cache) => 'problems' in cache && cache.problems.length > 0).length;
    if (bad > 0) throw new BuildpacksError('image', `${bad} of ${caches.length} caches can't be used as they are`);
  },
};

function perform(
  action: Action,
  inputs: HousekeepingInputs,
  invocation: Invocation,
): (ports: Ports) => Promise<readonly StoreReport<ListedCache | VerifiedCache>[]> {
  switch (action) {
    case 'ls':
      return (ports: Ports) => listStoredCaches(inputs, ports);
    case 'verify':
      return (ports: Ports) => verifyStoredCaches(inputs, ports);
    case 'prune': {
      const given = {
        ...optional('unusedFor', flagValue(invocation, UNUSED_OPTION.name)),
        ...optional('maxSize', flagValue(invocation, SIZE_OPTION.name)),
      };
      const rules = parsePruneRules(given, invocation.host.clock.now());
      const rehearse = flagValue(invocation, DRY_RUN_OPTION.name) === 'true';
      return (ports: Ports) => pruneStoredCaches(inputs, { rules, rehearse }, ports);
    }
  }
}

function readAction({ positionals }: Invocation): Action {
  const [text, more] = positionals;
  const action = ACTIONS.find((each) => each === text);
  if (action !== undefined && more === undefined) return action;
  const hint = `Write one of ${ACTIONS.join(', ')}.`;
  if (text === undefined) throw new InputError([{ input: 'arguments', message: 'what to do is missing', hint }]);
  const wrong = more ?? text;
  const meant = action === undefined ? nearestName(wrong, ACTIONS) : undefined;
  const advice = meant === undefined ? hint : `Did you mean "${meant}"?`;
  const message = action === undefined ? `"${wrong}" can't be done with caches` : `"${wrong}" is one too many`;
  throw new InputError([{ input: 'arguments', message, hint: advice }]);
}
