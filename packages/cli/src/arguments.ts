import { parseArgs } from 'node:util';
import { type InputProblem, nearestName, optional, unknownInput } from '@buildpacks-ci/core';
import { allOptions, type Option, type OptionGroup } from './option.ts';

const PEM = '-----BEGIN ';

/** A command's arguments, sorted out. */
export interface Arguments {
  /** Values by the option's name, in the order given; a flag's is `true`, `false`, or what follows its equals sign. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  readonly problems: readonly InputProblem[];
}

/** A command, as far as hints tell of it. */
export interface OptionOwner {
  readonly name: string;
  readonly groups: readonly OptionGroup[];
}

/** One option as `node:util` found it. */
interface Token {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * Sorts out `--name value`, `--name=value`, `-n value`, `--flag`, `--no-flag` and positionals; after `--` everything is positional.
 * Problems are collected, so that they can be reported together with those of the values.
 *
 * @param commands all there are: one that has an option that this one has not is named
 */
export function parseArguments(
  args: readonly string[],
  options: readonly Option[],
  commands: readonly OptionOwner[],
): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options.map((option) => [option.name, parseConfig(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const problems: InputProblem[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'option') continue;
    const next = tokens[index + 1];
    const read = readToken(token, { options, commands }, next?.kind === 'positional' ? next.value : undefined);
    if ('problem' in read) problems.push(read.problem);
    else values.set(read.name, [...(values.get(read.name) ?? []), read.value]);
  }
  const repeated = options.filter(({ kind, name }) => kind === 'text' && (values.get(name)?.length ?? 0) > 1);
  return {
    values,
    positionals: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    problems: [...problems, ...repeated.map((option) => givenAgain(option, values.get(option.name) ?? []))],
  };
}

function givenAgain({ name, secret }: Option, values: readonly string[]): InputProblem {
  const quoted = secret === true ? '' : `: ${values.map((value) => `"${value}"`).join(', ')}`;
  return { input: `--${name}`, message: `is given more than once${quoted}`, hint: 'Keep one of them.' };
}

function parseConfig({ kind, short }: Option): { type: 'string' | 'boolean'; short?: string } {
  return { type: kind === 'flag' ? 'boolean' : 'string', ...(short !== undefined && { short }) };
}

interface Known {
  readonly options: readonly Option[];
  readonly commands: readonly OptionOwner[];
}

/** @param follower the positional after it, if there is one */
function readToken(
  token: Token,
  { options, commands }: Known,
  follower: string | undefined,
): { readonly name: string; readonly value: string } | { readonly problem: InputProblem } {
  const option = options.find(({ name }) => name === token.name);
  if (option?.kind === 'flag') return readFlag(token, option, follower);
  if (option !== undefined) return readValue(token, option);

  const negated = options.find(({ kind, name }) => kind === 'flag' && token.name === `no-${name}`);
  if (negated !== undefined && token.value === undefined) return { name: negated.name, value: 'false' };
  return { problem: unknownOption(token, { options, commands }) };
}

/** `--load docker` would load, and take "docker" for an image: a flag's value must be written with an equals sign. */
function readFlag(
  { rawName, value }: Token,
  { name, placeholder = 'true|false' }: Option,
  follower: string | undefined,
): ReturnType<typeof readToken> {
  if (value !== undefined || follower === undefined || !placeholder.split('|').includes(follower)) {
    return { name, value: value ?? 'true' };
  }
  const message = `takes a value only with an equals sign, and "${follower}" follows`;
  return { problem: { input: rawName, message, hint: `Write --${name}=${follower}.` } };
}

/** A value that begins with a dash is more often a forgotten value: it must be written with an equals sign. PEM texts are no options. */
function readValue(token: Token, { name, placeholder = 'VALUE', secret }: Option): ReturnType<typeof readToken> {
  const { rawName, value, inlineValue } = token;
  if (value === undefined) {
    return { problem: { input: rawName, message: 'needs a value', hint: `Write --${name}=${placeholder}.` } };
  }
  if (value.length > 1 && value.startsWith('-') && !value.startsWith(PEM) && inlineValue === false) {
    const [shown, written] = secret === true ? ['what begins with a dash', placeholder] : [`"${value}"`, value];
    const hint = `If ${secret === true ? 'that' : shown} is meant to be the value, write --${name}=${written}.`;
    return { problem: { input: rawName, message: `needs a value, and ${shown} follows`, hint } };
  }
  return { name, value };
}

/** Options of other commands and names of other tools have hints of their own. */
function unknownOption({ name, rawName }: Token, { options, commands }: Known): InputProblem {
  const names = options.map((option) => option.name);
  const meant = nearestName(name, [...names, ...flagNames(options).map((flag) => `no-${flag}`)]);
  const hint = meant === undefined ? hintFor(name, commands) : `Did you mean --${meant}?`;
  return { input: rawName, message: 'is not an option of this command', ...optional('hint', hint) };
}

function hintFor(name: string, commands: readonly OptionOwner[]): string | undefined {
  const owners = commands.filter(({ groups }) => allOptions(groups).some((option) => option.name === name));
  const [last, ...others] = owners.map((owner) => owner.name).reverse();
  if (last === undefined) return unknownInput(name).hint;
  if (others.length === 0) return `It belongs to the command ${last}.`;
  return `It belongs to the commands ${others.reverse().join(', ')} and ${last}.`;
}

function flagNames(options: readonly Option[]): readonly string[] {
  return options.filter(({ kind }) => kind === 'flag').map(({ name }) => name);
}
