import type { InputDefinition, InputProblem, RawInputs } from '@buildpacks-ci/core';
import type { Console } from './console/console.ts';
import type { Host } from './host.ts';
import type { OptionGroup } from './option.ts';

/** One of the program's commands. */
export interface Command {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** What follows the command's name; one line for each way to use it. */
  readonly usage: readonly string[];
  /** Paragraphs for the help. */
  readonly details: readonly string[];
  readonly groups: readonly OptionGroup[];
  /** Inputs that a build does not have; they can be given by variables too. Absent: none. */
  readonly ownInputs?: readonly InputDefinition[];
  /** Does the work and prints the result; throws what went wrong. */
  run(invocation: Invocation): Promise<void>;
}

/** A command that does one of several things, each of which is a command with options of its own: `policy check`. */
export interface CommandGroup {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Their names begin with the group's. */
  readonly actions: readonly Command[];
}

/** What a command has to work with. */
export interface Invocation {
  /** From flags and variables of the environment. */
  readonly inputs: RawInputs;
  /** Flags by name, among them those that are no inputs. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** What is wrong with the arguments, to be reported together with what is wrong with their values. */
  readonly problems: readonly InputProblem[];
  readonly host: Host;
  readonly console: Console;
}

/** The last value of an option; undefined when it was not given. */
export function flagValue({ flags }: Invocation, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}
