import { InputError, nearestName } from '@buildpacks-ci/core';
import type { Command, CommandGroup } from './command.ts';

/** What the first words of the arguments name. */
export interface FoundCommand {
  readonly command: Command | CommandGroup;
  /** The arguments behind it. */
  readonly args: readonly string[];
}

/**
 * Finds the command that the first word names, and of a group the one that the second word names. A group is found by itself where an option
 * follows it, or nothing.
 *
 * @throws InputError when a word names none
 */
export function findCommand(
  [name = '', ...args]: readonly string[],
  commands: readonly (Command | CommandGroup)[],
): FoundCommand {
  const command = commands.find((each) => each.name === name);
  if (command === undefined) throw unknown(name, commands, 'is not a command');
  const [word] = args;
  if (!('actions' in command) || word === undefined || word.startsWith('-')) return { command, args };
  const action = command.actions.find((each) => each.name === `${name} ${word}`);
  if (action !== undefined) return { command: action, args: args.slice(1) };
  const actions = command.actions.map((each) => ({ name: wordOf(each) }));
  throw unknown(word, actions, `is nothing that "${name}" does`);
}

/** Of commands, and of the commands in groups. */
export function allCommands(commands: readonly (Command | CommandGroup)[]): readonly Command[] {
  return commands.flatMap((command) => ('actions' in command ? command.actions : [command]));
}

/** A group was named without saying what to do. */
export function missingAction({ name, actions }: CommandGroup): InputError {
  const hint = `Write "${name}" and one of ${actions.map(wordOf).join(', ')}, before any option.`;
  return new InputError([{ input: 'command', message: 'what to do is missing', hint }]);
}

function wordOf({ name }: Command): string {
  return name.slice(name.indexOf(' ') + 1);
}

function unknown(text: string, known: readonly { readonly name: string }[], message: string): InputError {
  const names = known.map(({ name }) => name);
  const meant = nearestName(text, names);
  const hint = meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
  return new InputError([{ input: 'command', message: `"${text}" ${message}`, hint }]);
}
