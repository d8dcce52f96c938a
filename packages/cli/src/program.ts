import { exitStatusOf, InputError, logLevelOf, nearestName, unknownVariables } from '@buildpacks-ci/core';
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { type Console, createConsole } from './console/console.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Host } from './host.ts';
import { takeLists } from './lists.ts';
import { allOptions } from './option.ts';
import { rawInputs } from './raw-inputs.ts';
import { VERSION } from './version.ts';

const DEFAULT_COLUMNS = 100;

/** Runs the command that the arguments name and gives the process's exit status. */
export async function runProgram(host: Host): Promise<number> {
  const [name, ...args] = host.args;
  switch (name) {
    case undefined:
      host.stderr.write(programHelp(COMMANDS));
      return 2;
    case '--version':
    case 'version':
      host.stdout.write(`buildpacks-ci ${VERSION}\n`);
      return 0;
    case '--help':
    case '-h':
    case 'help':
      return showHelp(args[0], host);
    default:
      return dispatch(name, args, host);
  }
}

async function dispatch(name: string, args: readonly string[], host: Host): Promise<number> {
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return refuse(unknownCommand(name), host);

  const options = allOptions(command.groups);
  const taken = takeLists(args, options);
  const { values, positionals, problems: mistakes } = parseArguments(taken.args, options, COMMANDS);
  const flags = new Map([...values, ...taken.lists]);
  const problems = [...taken.problems, ...mistakes];
  if (flags.get('help')?.at(-1) === 'true') return showHelp(name, host);

  const { ownInputs = [] } = command;
  const inputs = rawInputs(flags, host.environment, ownInputs);
  const console = createConsole({ ...host, level: logLevelOf(inputs['log-level']) });
  for (const warning of unknownVariables(
    host.environment,
    ownInputs.map((input) => input.name),
  ))
    console.log.warn(warning);
  try {
    await command.run({ inputs, flags, positionals, problems, host, console });
    return 0;
  } catch (error) {
    return report(error, host, console);
  }
}

/** What a cancelled run threw while it was torn down matters less than who cancelled it. */
function report(error: unknown, { signal }: Host, console: Console): number {
  const told: unknown = signal.aborted ? signal.reason : error;
  console.fail(told);
  return exitStatusOf(told);
}

function showHelp(name: string | undefined, host: Host): number {
  const command = COMMANDS.find((each) => each.name === name);
  if (name !== undefined && command === undefined) return refuse(unknownCommand(name), host);
  const columns = host.stdout.columns ?? DEFAULT_COLUMNS;
  host.stdout.write(command === undefined ? programHelp(COMMANDS) : commandHelp(command, columns));
  return 0;
}

function refuse(error: InputError, host: Host): number {
  return report(error, host, createConsole({ ...host, level: 'info' }));
}

function unknownCommand(name: string): InputError {
  const names = COMMANDS.map((command: Command) => command.name);
  const meant = nearestName(name, names);
  const hint = meant === undefined ? `The commands are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  return new InputError([{ input: 'command', message: `"${name}" is not a command`, hint }]);
}
