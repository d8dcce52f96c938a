import { exitStatusOf, InputError, logLevelOf, nearestName, unknownVariables } from '@buildpacks-ci/core';
import { COMMANDS } from './commands.ts';
import { readFacts } from './facts.ts';
import type { Host } from './host.ts';
import { readJobInputs, secretInputs } from './inputs.ts';
import { createJobLog } from './log.ts';
import { secretsOf } from './secrets.ts';

/** Runs the command that the job names and gives the job's exit status. */
export async function runProgram(host: Host): Promise<number> {
  const { args, environment, clock, print, signal } = host;
  const inputs = readJobInputs(environment);
  const log = createJobLog({ print, clock, environment, level: logLevelOf(inputs.core['log-level']) });
  for (const secret of [...secretsOf(environment), ...secretInputs(inputs)]) log.mask(secret);
  const own = COMMANDS.find(({ name }) => name === args[0])?.ownInputs ?? [];
  for (const warning of unknownVariables(environment, own)) log.warn(warning);
  try {
    await findCommand(args).run({ inputs, facts: readFacts(environment), host, log });
    return 0;
  } catch (error) {
    // What a cancelled job threw while it was torn down matters less than who cancelled it.
    const told: unknown = signal.aborted ? signal.reason : error;
    log.fail(told);
    return exitStatusOf(told);
  }
}

/** @throws InputError when there is no such command */
function findCommand([name = '', ...more]: readonly string[]): (typeof COMMANDS)[number] {
  const names = COMMANDS.map((command) => command.name);
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined && more.length === 0) return command;
  const meant = nearestName(name, names);
  const hint = meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  const problem =
    command === undefined
      ? { message: `"${name}" is not a command`, hint }
      : { message: `"${more.join(' ')}" is too much`, hint: 'All inputs are variables: see docs/gitlab.md.' };
  throw new InputError([{ input: 'command', ...problem }]);
}
