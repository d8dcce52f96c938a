import { describeInOneLine, type InputDefinition } from '@buildpacks-ci/core';
import type { YamlMapping, YamlValue } from './yaml-value.ts';

/** One input of a component, as GitLab's `spec: inputs:` has it. Without a default it must be given. */
export interface SpecInput {
  readonly name: string;
  /** GitLab's editor takes at most 1024 characters. */
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'array';
  readonly default?: string | boolean | readonly YamlValue[];
  readonly options?: readonly string[];
  /** RE2, tested against a string before GitLab expands variables in it. */
  readonly regex?: string;
}

/** Text whose form can be told before a runner is taken: what the program would refuse, GitLab refuses with the pipeline. */
const GRAMMARS: ReadonlyMap<string, string> = new Map([
  ['creation-time', '^(none|commit|now|[0-9]{1,12})?$'],
  ['cache-max-size', '^([0-9]{1,12}(\\.[0-9]{1,3})? ?([kmgtKMGT][iI]?)?[bB]?)?$'],
  ['registry-prefix', '^([^\\s]+/)?$'],
  ['platform', '^(linux/[a-z0-9_]+(/[a-z0-9.]+)?)?$'],
]);

/** What GitLab knows where nothing is given. */
const FROM_GITLAB: ReadonlyMap<string, string> = new Map([
  ['image', " Default: the project's own, `$CI_REGISTRY_IMAGE`."],
]);

/** GitLab takes YAML's `true` and `12` for no strings. */
const QUOTES = 'In quotes, since GitLab takes it as text.';

/**
 * An input of the schema as one of GitLab's. Absent is empty text, as everywhere; so a number is text as well, since GitLab has no
 * absent number. Lists have one item per line, as everywhere: a variable can't hold GitLab's arrays.
 */
export function specInput(input: InputDefinition): SpecInput {
  const { name, type, default: given = '' } = input;
  const description = `${describeInOneLine(input)}${FROM_GITLAB.get(name) ?? ''}`;
  const regex = GRAMMARS.get(name);
  switch (type) {
    case 'boolean':
      return { name, description, type, default: given === 'true' };
    case 'number':
      return { name, description: `${description} ${QUOTES}`, type: 'string', default: given, regex: '^[0-9]*$' };
    case 'enum': {
      const quotes = input.values.includes('true') || input.values.includes('false') ? ` ${QUOTES}` : '';
      return { name, description: `${description}${quotes}`, type: 'string', default: given, options: input.values };
    }
    case 'string':
    case 'path':
    case 'list':
      return { name, description, type: 'string', default: given, ...(regex !== undefined && { regex }) };
  }
}

/** The first of a template's two YAML documents. */
export function specDocument(inputs: readonly SpecInput[]): YamlMapping {
  return { spec: { inputs: Object.fromEntries(inputs.map(({ name, ...rest }) => [name, { ...rest }])) } };
}
