import { parseAllDocuments } from 'yaml';

/** What a job of a pipeline's file holds. */
export type Config = Readonly<Record<string, unknown>>;

interface InputSpec {
  readonly type?: 'string' | 'boolean' | 'number' | 'array';
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  readonly regex?: string;
  readonly description?: string;
}

/** The two documents of a component's file. */
export interface Component {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly jobs: Config;
}

/** Anything between two characters that are no blanks. */
const BLOCK = /\$\[\[\s*(\S.*?\S)\s*\]\]/g;

/** Reads a component's file as GitLab does: as YAML 1.1, two documents, the first with the key `spec`. */
export function readComponent(text: string): Component {
  const documents = parseAllDocuments(text, { version: '1.1' });
  const problems = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (documents.length !== 2 || problems.length > 0) throw new Error(`no component: ${problems.join(', ')}`);
  const [header, jobs] = documents.map((document) => document.toJS() as unknown);
  return { inputs: (header as { spec: { inputs: Component['inputs'] } }).spec.inputs, jobs: jobs as Config };
}

/**
 * What GitLab makes of a component and the inputs of an `include`, by the rules of its documentation ("CI/CD inputs": input types, array
 * type) and its classes Interpolation::Template, Block and Inputs. Interpolation happens in the parsed YAML, keys included. A value that is
 * one block becomes the input as it is; in other text blocks become text, one after another and by Ruby's `gsub`, which reads backslashes.
 *
 * @throws Error as GitLab refuses the pipeline
 */
export function interpolate({ inputs, jobs }: Component, given: Config): Config {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (unknown.length > 0) throw new Error(`unknown input: ${unknown.join(', ')}`);
  const values = new Map(Object.entries(inputs).map(([name, spec]) => [name, checked(name, spec, given[name])]));
  return replaced(jobs, values) as Config;
}

function checked(name: string, spec: InputSpec, given: unknown): unknown {
  const value = given ?? spec.default;
  if (value === undefined) throw new Error(`\`${name}\` input: required value has not been provided`);
  const { type = 'string' } = spec;
  const actual = Array.isArray(value) ? 'array' : typeof value;
  if (actual !== type) throw new Error(`\`${name}\` input: provided value is not a ${type}`);
  if (spec.options !== undefined && !spec.options.includes(value))
    throw new Error(
      `\`${name}\` input: \`${toText(value)}\` cannot be used because it is not in the list of allowed options`,
    );
  if (spec.regex !== undefined && !new RegExp(spec.regex).test(toText(value)))
    throw new Error(`\`${name}\` input: provided value does not match required RegEx pattern`);
  return value;
}

function replaced(node: unknown, values: ReadonlyMap<string, unknown>): unknown {
  if (typeof node === 'string') return replacedText(node, values);
  if (Array.isArray(node)) return node.map((item) => replaced(item, values));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [String(replacedText(key, values)), replaced(value, values)]),
  );
}

function replacedText(text: string, values: ReadonlyMap<string, unknown>): unknown {
  const blocks = [...text.matchAll(BLOCK)].map(([block, access]) => ({ block, value: valueOf(access ?? '', values) }));
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1 && first.block === text) return first.value;
  return blocks.reduce((made, { block, value }) => made.replaceAll(block, () => rubyReplacement(toText(value))), text);
}

function valueOf(access: string, values: ReadonlyMap<string, unknown>): unknown {
  const name = /^inputs\.([^.|\s]+)$/.exec(access)?.[1];
  if (name === undefined || !values.has(name)) throw new Error(`unknown interpolation key: \`${access}\``);
  return values.get(name);
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** In Ruby's replacement texts `\\` is one backslash; references to groups are nothing here, where the pattern has none. */
function rubyReplacement(text: string): string {
  return text.replaceAll(/\\([\\0-9&'`])/g, (_, character: string) => (character === '\\' ? '\\' : ''));
}
