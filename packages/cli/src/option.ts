import { INPUT_GROUPS, type InputDefinition, type InputName, INPUTS } from '@buildpacks-ci/core';

/** A flag of a command. */
export interface Option {
  /** Without the dashes, lower-case kebab. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** `flag` needs no value, and `--no-NAME` gives it the value `false`; `list` may be given more than once. */
  readonly kind: 'text' | 'list' | 'flag';
  /** What stands for the value in the help: `DIR`, `IMAGE`; none for a flag that is on or off. */
  readonly placeholder?: string;
  readonly description: string;
  /** What holds when the flag is not given, for the help. */
  readonly default?: string;
}

/** Options that belong together in the help. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

export function allOptions(groups: readonly OptionGroup[]): readonly Option[] {
  return groups.flatMap((group) => group.options);
}

export const HELP_OPTION: Option = {
  name: 'help',
  short: 'h',
  kind: 'flag',
  description: 'Shows this help.',
};

export const JSON_OPTION: Option = {
  name: 'json',
  kind: 'flag',
  description: 'Prints JSON to standard output instead of a table.',
};

export const BUILD_DIRECTORY_OPTION: Option = {
  name: 'build-directory',
  kind: 'text',
  placeholder: 'DIR',
  description: 'The directory that the stages of one build share.',
};

/** The letters that pack's users know. */
const SHORT: Partial<Record<InputName, string>> = {
  builder: 'B',
  buildpacks: 'b',
  'default-process': 'D',
  env: 'e',
  path: 'p',
  tags: 't',
};

const PLACEHOLDER: Partial<Record<InputName, string>> = {
  builder: 'IMAGE',
  'run-image': 'IMAGE',
  'previous-image': 'IMAGE',
  image: 'IMAGE',
  tags: 'TAG',
  output: 'oci:DIR|oci-archive:FILE',
  env: 'K=V',
  'env-files': 'FILE',
  descriptor: 'FILE',
  bindings: 'NAME=DIR',
  volumes: 'SOURCE:TARGET[:ro|rw]',
  'cache-store': 'dir:PATH',
  'insecure-registries': 'HOST',
  platform: 'OS/ARCHITECTURE',
  'default-process': 'TYPE',
  'exec-env': 'NAME',
  'creation-time': 'none|commit|now|SECONDS',
};

/** Flags for inputs, grouped as core groups them; all inputs, or those that a command takes. */
export function inputOptions(names?: readonly InputName[]): readonly OptionGroup[] {
  const taken = INPUTS.filter(({ name }) => names === undefined || names.includes(name));
  return Object.entries(INPUT_GROUPS).flatMap(([group, title]) => {
    const options = taken.filter((input) => input.group === group).map(inputOption);
    return options.length === 0 ? [] : [{ title, options }];
  });
}

function inputOption(input: InputDefinition & { readonly name: InputName }): Option {
  const short = SHORT[input.name];
  const placeholder = placeholderOf(input);
  const otherwise = input.defaultNote ?? input.default;
  return {
    name: input.name,
    kind: kindOf(input),
    description: firstSentence(input.description),
    ...(short !== undefined && { short }),
    ...(placeholder !== undefined && { placeholder }),
    ...(otherwise !== undefined && { default: withoutMarkdown(otherwise) }),
  };
}

/** An input that can be true needs no value on a command line. */
function kindOf(input: InputDefinition): Option['kind'] {
  const canBeTrue = input.type === 'boolean' || (input.type === 'enum' && input.values.includes('true'));
  if (canBeTrue) return 'flag';
  return input.type === 'list' ? 'list' : 'text';
}

function placeholderOf(input: InputDefinition & { readonly name: InputName }): string | undefined {
  switch (input.type) {
    case 'boolean':
      return undefined;
    case 'enum':
      return input.values.join('|');
    case 'number':
      return 'NUMBER';
    case 'path':
      return PLACEHOLDER[input.name] ?? (input.name === 'path' ? 'PATH' : 'DIR');
    case 'string':
    case 'list':
      return PLACEHOLDER[input.name] ?? 'VALUE';
  }
}

/** Up to the first full stop that ends a sentence; one inside code (`a.b`) does not. */
function firstSentence(markdown: string): string {
  const text = withoutMarkdown(markdown);
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}

function withoutMarkdown(text: string): string {
  return text.replaceAll('`', '');
}
