import {
  CONNECTION_INPUTS,
  environmentName,
  INPUT_GROUPS,
  type InputDefinition,
  type InputName,
  INPUTS,
  optional,
} from '@buildpacks-ci/core';

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
  /** Its values are never quoted. */
  readonly secret?: true;
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
  'lock-file': 'FILE',
  bindings: 'NAME=DIR',
  volumes: 'SOURCE:TARGET[:ro|rw]',
  'cache-store': 'dir:PATH|registry:REPOSITORY|local:PATH',
  'insecure-registries': 'HOST',
  'dependency-mirror': '[HOST=]URL',
  'offline-hosts': 'HOST',
  'http-proxy': 'URL',
  'https-proxy': 'URL',
  'no-proxy': 'LIST',
  'build-http-proxy': 'URL',
  'build-https-proxy': 'URL',
  'ca-certificates': 'FILE|DIR',
  'build-ca-variables': 'NAME',
  'client-certificates': 'HOST=CERTIFICATE,KEY',
  'registry-mirrors': 'REGISTRY=MIRROR',
  'registries-conf': 'FILE',
  'registry-prefix': 'PREFIX/',
  'registry-auth': 'HOST=USER:PASSWORD',
  platform: 'OS/ARCHITECTURE',
  buildpacks: 'BUILDPACK',
  'pre-buildpacks': 'BUILDPACK',
  'post-buildpacks': 'BUILDPACK',
  network: 'NAME',
  policy: 'FILE|oci://IMAGE@DIGEST',
  'default-process': 'TYPE',
  'exec-env': 'NAME',
  'creation-time': 'none|commit|now|SECONDS',
  'source-ref': 'REF',
  'default-branch': 'BRANCH',
};

/** Flags for all inputs, grouped as core groups them. */
export function inputGroups(): readonly OptionGroup[] {
  return Object.entries(INPUT_GROUPS).map(([group, title]) => ({
    title,
    options: INPUTS.filter((input) => input.group === group).map((input) => toOption(input)),
  }));
}

/** @param more inputs of that group that only some commands have */
export function connectionGroup(...more: readonly InputName[]): OptionGroup {
  return { title: INPUT_GROUPS.network, options: [...CONNECTION_INPUTS, ...more].map((name) => inputOption(name)) };
}

/** The flag for one input, with a description of its own where a command gives it a narrower meaning. */
export function inputOption(name: InputName, description?: string): Option {
  const input = INPUTS.find((each) => each.name === name);
  if (input === undefined) throw new TypeError(`there is no input "${name}"`);
  if (description === undefined) return toOption(input);
  const { secret, placeholder } = toOption(input);
  return {
    name,
    kind: kindOf(input),
    description,
    ...optional('secret', secret),
    ...optional('placeholder', placeholder),
  };
}

/** The flag for an input that only one command has; `placeholder` stands for its value in the help. */
export function ownOption(input: InputDefinition, placeholder?: string): Option {
  return {
    name: input.name,
    kind: kindOf(input),
    description: firstSentence(input.description),
    ...optional('placeholder', kindOf(input) === 'flag' ? undefined : (placeholder ?? placeholderOf(input))),
    ...optional('default', input.default === 'false' ? undefined : input.default),
  };
}

function toOption(input: InputDefinition & { readonly name: InputName }): Option {
  const otherwise = input.defaultNote ?? (input.default === 'false' ? undefined : input.default);
  return {
    name: input.name,
    kind: kindOf(input),
    description: `${firstSentence(input.description)}${input.secret === true ? secretNote(input.name) : ''}`,
    ...optional('secret', input.secret),
    ...optional('short', SHORT[input.name]),
    ...optional('placeholder', placeholderOf(input)),
    ...optional('default', otherwise && withoutMarkdown(otherwise)),
  };
}

/** Every process of a machine can read the arguments of the others. */
function secretNote(name: InputName): string {
  return ` A secret: better in ${environmentName(name)} than on the command line.`;
}

/** An input that can be true needs no value on a command line. */
function kindOf(input: InputDefinition): Option['kind'] {
  const canBeTrue = input.type === 'boolean' || (input.type === 'enum' && input.values.includes('true'));
  if (canBeTrue) return 'flag';
  return input.type === 'list' ? 'list' : 'text';
}

function placeholderOf(input: InputDefinition): string | undefined {
  const known: Readonly<Record<string, string>> = PLACEHOLDER;
  switch (input.type) {
    case 'boolean':
      return undefined;
    case 'enum':
      return input.values.join('|');
    case 'number':
      return 'NUMBER';
    case 'path':
      return known[input.name] ?? (input.name === 'path' ? 'PATH' : 'DIR');
    case 'string':
    case 'list':
      return known[input.name] ?? 'VALUE';
  }
}

/** How lists are written elsewhere; on a command line the flag is repeated. */
const ELSEWHERE = /,? (?:one )?(?:path )?per line(?: \(forms below\))?/g;

/** Up to the first full stop that ends a sentence; one inside code (`a.b`) does not. */
function firstSentence(markdown: string): string {
  const text = withoutMarkdown(markdown).replaceAll(ELSEWHERE, '');
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}

/** A page's own links lead nowhere from a terminal. */
function withoutMarkdown(text: string): string {
  return text
    .replaceAll(/ \(see \[[^\]]*\]\([^)]*\)\)/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '');
}
