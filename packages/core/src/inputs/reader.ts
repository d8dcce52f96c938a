import type { InputDefinition } from './definition.ts';
import { isInputName, unknownInput } from './habits.ts';
import type { Problems } from '../errors/problems.ts';
import { type InputName, type InputNameOf, INPUTS, type InputValue } from './schema.ts';

/**
 * Inputs as an adapter received them. A string is text, its lines are a list's items. An array has one item per element
 * (repeated flags, array params) and is never split. Empty text and empty arrays mean absent.
 */
export type RawInputs = Readonly<Record<string, string | readonly string[] | undefined>>;

const DEFINITIONS: ReadonlyMap<InputName, InputDefinition> = new Map(INPUTS.map((input) => [input.name, input]));
/** The YAML 1.2 core schema's booleans. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

/** What a text says for true or false, if it does. */
export function parseBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text);
}

/** Reads inputs by their type, with the schema's defaults; what can't be read is reported and then counts as absent. */
export class InputReader {
  readonly #raw: ReadonlyMap<InputName, string | readonly string[]>;
  readonly #problems: Problems;

  constructor(raw: RawInputs, problems: Problems) {
    const known = new Map<InputName, string | readonly string[]>();
    for (const [name, value] of Object.entries(raw)) {
      if (value === undefined) continue;
      if (isInputName(name)) known.set(name, value);
      else if (value.length > 0) problems.add(unknownInput(name));
    }
    this.#raw = known;
    this.#problems = problems;
  }

  /** Exactly what was given: items that were given one by one, or text that is still to be cut into items. */
  raw(name: InputNameOf<'list'>): string | readonly string[] {
    return this.#raw.get(name) ?? '';
  }

  text(name: InputNameOf<'string' | 'path'>): string | undefined {
    return this.#single(name) ?? DEFINITIONS.get(name)?.default;
  }

  /** The items of a list, blanks around them removed, empty ones left out. */
  list(name: InputNameOf<'list'>): readonly string[] {
    const raw = this.raw(name);
    const items = typeof raw === 'string' ? raw.split('\n') : raw;
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }

  flag(name: InputNameOf<'boolean'>): boolean {
    const text = this.#single(name);
    const value = text === undefined ? undefined : parseBoolean(text);
    if (text !== undefined && value === undefined) {
      this.#problems.report(name, `"${text}" is not a boolean`, 'Write true or false.');
    }
    return value ?? DEFINITIONS.get(name)?.default === 'true';
  }

  choice<Name extends InputNameOf<'enum'>>(name: Name): InputValue<Name> {
    const definition = DEFINITIONS.get(name);
    if (definition?.type !== 'enum') throw new TypeError(`"${name}" has no list of values`);
    const text = this.#single(name);
    if (text !== undefined && !definition.values.includes(text)) {
      this.#problems.report(
        name,
        `"${text}" is not one of its values`,
        `Write one of ${definition.values.join(', ')}.`,
      );
      return definition.default as InputValue<Name>;
    }
    return (text ?? definition.default) as InputValue<Name>;
  }

  /** A whole number from 0 to 2147483647. */
  number(name: InputNameOf<'number'>): number | undefined {
    const text = this.#single(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value <= 2_147_483_647) return value;
    this.#problems.report(name, `"${text}" is not a whole number from 0 to 2147483647`);
    return undefined;
  }

  #single(name: InputName): string | undefined {
    const raw = this.#raw.get(name) ?? '';
    const items = typeof raw === 'string' ? [raw] : raw;
    if (items.length > 1) {
      this.#problems.report(name, `it was given ${items.length} times and takes one value`);
      return undefined;
    }
    const text = items[0]?.trim() ?? '';
    return text === '' ? undefined : text;
  }
}
