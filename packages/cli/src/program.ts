import { exitStatusOf, logLevelOf, unknownVariables } from '@buildpacks-ci/core';
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { type Console, createConsole } from './console/console.ts';
import { allCommands, findCommand, missingAction } from './find-command.ts';
import { commandHelp, groupHelp, programHelp } from './help.ts';
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
      if (args.length === 0) return showHelp(programHelp(COMMANDS), host);
      return dispatch([...args, '--help'], host);
    default:
      return dispatch(host.args, host);
  }
}

async function dispatch(words: readonly string[], host: Host): Promise<number> {
  try {
    const { command, args } = findCommand(words, COMMANDS);
    if (!('actions' in command)) return await runCommand(command, args, host);
    if (args.some((arg) => arg === '--help' || arg === '-h')) return showHelp(groupHelp(command), host);
    throw missingAction(command);
  } catch (error) {
    return report(error, host, createConsole({ ...host, level: 'info' }));
  }
}

async function runCommand(command: Command, given: readonly string[], host: Host): Promise<number> {
  const options = allOptions(command.groups);
  const taken = takeLists(given, options);
  const { values, positionals, problems: mistakes } = parseArguments(taken.args, options, allCommands(COMMANDS));
  const flags = new Map([...values, ...taken.lists]);
  const problems = [...taken.problems, ...mistakes];
  if (flags.get('help')?.at(-1) === 'true') {
    return showHelp(commandHelp(command, host.stdout.columns ?? DEFAULT_COLUMNS), host);
  }

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

function showHelp(text: string, host: Host): number {
  host.stdout.write(text);
  return 0;
}
