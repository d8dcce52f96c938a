import path from 'node:path';
import {
  checkImages,
  checkJson,
  type CheckOutcome,
  collectProblems,
  checkVerdict,
  type InputProblem,
  InputError,
  nearestName,
  parseCheckInputs,
  parseConnectionInputs,
  parsePolicyTarget,
  previewPolicy,
  pushPolicy,
  readPolicyFile,
  renderCheck,
} from '@buildpacks-ci/core';
import { type Command, flagValue, type Invocation } from '../command.ts';
import { HELP_OPTION, inputGroups, JSON_OPTION } from '../option.ts';
import { connectionContext, readBuildRequest, withPorts } from '../requests.ts';

const ACTIONS = { check: checkExisting, preview, push } as const;
type Action = keyof typeof ACTIONS;

export const POLICY: Command = {
  name: 'policy',
  summary: 'Judges images and builds by the rules of a platform team, and publishes such rules.',
  usage: [
    'check IMAGE... --policy=FILE|oci://... [options]',
    'preview [IMAGE] --policy=FILE|oci://... [options of build]',
    'push FILE oci://REGISTRY/NAME:TAG [options]',
  ],
  details: [
    'check judges images that exist, whoever has built them, by what they tell. preview judges a build without running it: it takes the options of build. push publishes a policy and prints what to write into the input policy.',
    'The exit status is 112 when a rule is broken. When none is and an image could not be judged, it is that of the reason: 2 when there is no such image, 111 when a later try may help, else 1. What can not be known without a build, or from an image, is listed. Of an index all images are judged, but for --platform.',
  ],
  groups: [{ title: 'General', options: [JSON_OPTION, HELP_OPTION] }, ...inputGroups()],
  async run(invocation) {
    const [text, ...positionals] = invocation.positionals;
    await ACTIONS[readAction(text, invocation)]({ ...invocation, positionals });
  },
};

function readAction(text: string | undefined, { problems }: Invocation): Action {
  const names = Object.keys(ACTIONS);
  if (text !== undefined && Object.hasOwn(ACTIONS, text)) return text as Action;
  const meant = text === undefined ? undefined : nearestName(text, names);
  const message = text === undefined ? 'what to do is missing' : `"${text}" can't be done with policies`;
  const hint = meant === undefined ? `Write one of ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  throw new InputError([...problems, { input: 'arguments', message, hint }]);
}

async function checkExisting(invocation: Invocation): Promise<void> {
  const { architecture } = invocation.host.machine;
  const request = collectProblems(invocation.problems, () =>
    parseCheckInputs(invocation.positionals, invocation.inputs, { ...connectionContext(invocation), architecture }),
  );
  tell(await withPorts(invocation, request.connection, (ports) => checkImages(request, ports)), invocation);
}

async function preview(invocation: Invocation): Promise<void> {
  const request = readBuildRequest(invocation, { nameless: true });
  tell(await withPorts(invocation, request.connection, (ports) => previewPolicy(request, ports)), invocation);
}

function tell(outcome: CheckOutcome, invocation: Invocation): void {
  const asJson = flagValue(invocation, 'json') === 'true';
  invocation.console.print(asJson ? checkJson(outcome) : `${renderCheck(outcome).join('\n')}\n`);
  const verdict = checkVerdict(outcome);
  if (verdict !== undefined) throw verdict;
}

async function push(invocation: Invocation): Promise<void> {
  const [file, target, ...more] = invocation.positionals;
  const { workingDirectory } = invocation.host.machine;
  const upload = collectProblems([...invocation.problems, ...more.map(tooMany)], () => {
    if (file === undefined || target === undefined) {
      const hint = 'Write policy push FILE oci://REGISTRY/NAME:TAG.';
      throw new InputError([{ input: 'arguments', message: 'file or target is missing', hint }]);
    }
    return {
      policy: readPolicyFile(path.resolve(workingDirectory, file), file),
      target: parsePolicyTarget(target),
      connection: parseConnectionInputs(invocation.inputs, connectionContext(invocation)),
    };
  });
  const name = await withPorts(invocation, upload.connection, (ports) => pushPolicy(upload, ports));
  invocation.console.print(`${name}\n`);
}

function tooMany(argument: string): InputProblem {
  return {
    input: 'arguments',
    message: `"${argument}" is one too many`,
    hint: 'Options begin with dashes; see --help.',
  };
}
