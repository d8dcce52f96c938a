import type { InputError } from '../../errors/index.ts';
import { inputError } from '../../errors/problems.ts';
import { optional } from '../../json/json.ts';
import { splitFields } from './fields.ts';
import { PRIORITIES, type RefEvent, type RuleKind, type RuleType, type ShaFormat, type TagRule } from './rule.ts';

/** The attributes that each type has beside those of all. */
const ATTRIBUTES: Readonly<Record<RuleType, readonly string[]>> = {
  schedule: ['pattern'],
  semver: ['pattern', 'match', 'value'],
  match: ['pattern', 'group', 'value'],
  edge: ['branch'],
  ref: ['event'],
  raw: ['value'],
  sha: ['format'],
};
const COMMON = ['type', 'enable', 'priority', 'prefix', 'suffix'] as const;

/**
 * Reads a `type=…` line.
 *
 * @throws InputError on `tags` telling what the line lacks or what is not known of it
 */
export function parseTagRule(line: string): TagRule {
  const attributes = new Attributes(line);
  const type = attributes.type();
  attributes.allowOnly([...COMMON, ...ATTRIBUTES[type]]);
  const kind = parseKind(type, attributes);
  return {
    line,
    prefix: attributes.get('prefix') ?? defaultPrefix(kind),
    suffix: attributes.get('suffix') ?? '',
    enable: attributes.get('enable') ?? 'true',
    priority: attributes.number('priority') ?? PRIORITIES[type],
    ...kind,
  };
}

function parseKind(type: RuleType, attributes: Attributes): RuleKind {
  const value = optional('value', attributes.get('value'));
  switch (type) {
    case 'schedule':
      return { type, pattern: attributes.get('pattern') ?? 'nightly' };
    case 'semver':
      return {
        type,
        pattern: attributes.need('pattern', '{{version}}'),
        ...optional('match', attributes.optionalExpression('match')),
        ...value,
      };
    case 'match':
      return { type, pattern: attributes.expression('pattern'), group: attributes.number('group') ?? 0, ...value };
    case 'edge':
      return { type, ...optional('branch', attributes.get('branch')) };
    case 'ref':
      return { type, event: attributes.choice<RefEvent>('event', ['branch', 'tag', 'pr']) };
    case 'raw':
      return { type, value: attributes.present('value', 'latest') };
    case 'sha':
      return { type, format: attributes.choice<ShaFormat>('format', ['short', 'long'], 'short') };
  }
}

function defaultPrefix(kind: RuleKind): string {
  if (kind.type === 'sha') return 'sha-';
  return kind.type === 'ref' && kind.event === 'pr' ? 'pr-' : '';
}

/** The `K=V` fields of one line; a field without `=` is the value. */
class Attributes {
  readonly #line: string;
  readonly #values: ReadonlyMap<string, string>;

  constructor(line: string) {
    this.#line = line;
    const fields = splitFields(line);
    if (fields === undefined) throw this.#wrong('has a quote without an end', 'Write "K=V" with quotes around both.');
    this.#values = new Map(
      fields
        .filter((field) => field !== '')
        .map((field) => {
          const equals = field.indexOf('=');
          if (equals === -1) return ['value', field];
          return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1).trim()];
        }),
    );
  }

  type(): RuleType {
    const type = this.get('type') ?? '';
    if (Object.hasOwn(PRIORITIES, type)) return type as RuleType;
    throw this.#wrong(
      `has the type "${type}", which is not known here`,
      `Known are ${Object.keys(PRIORITIES).join(', ')}. For others let docker/metadata-action make the tags: its output fits.`,
    );
  }

  allowOnly(names: readonly string[]): void {
    const [unknown] = [...this.#values.keys()].filter((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw this.#wrong(`has "${unknown}", which this type does not know`, `Known are ${names.join(', ')}.`);
    }
  }

  /** An attribute that is there but empty is there. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  need(name: string, example: string): string {
    const text = this.get(name) ?? '';
    if (text === '') throw this.#wrong(`has no "${name}"`, `Add ${name}=${example}, for example.`);
    return text;
  }

  /** It may be empty: an expression of the CI that has nothing to say in this run. */
  present(name: string, example: string): string {
    return this.get(name) ?? this.need(name, example);
  }

  choice<T extends string>(name: string, values: readonly T[], otherwise?: T): T {
    const text = this.get(name) ?? otherwise;
    const value = values.find((each) => each === text);
    if (value !== undefined) return value;
    const wrong = text === undefined ? `has no "${name}"` : `has ${name}="${text}"`;
    throw this.#wrong(wrong, `Write ${values.map((each) => `${name}=${each}`).join(', ')}.`);
  }

  number(name: string): number | undefined {
    const text = this.get(name);
    if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
    throw this.#wrong(`has ${name}="${text}"`, `Write a whole number.`);
  }

  /** `v(.*)`, or `/v(.*)/i` with flags. */
  expression(name: string): RegExp {
    return this.#toExpression(name, this.need(name, String.raw`v(\d+)`));
  }

  optionalExpression(name: string): RegExp | undefined {
    const text = this.get(name) ?? '';
    return text === '' ? undefined : this.#toExpression(name, text);
  }

  #toExpression(name: string, text: string): RegExp {
    const [, source = text, flags = ''] = /^\/(.+)\/(.*)$/.exec(text) ?? [];
    try {
      return new RegExp(source, flags);
    } catch {
      throw this.#wrong(
        `has a ${name} that is no regular expression: ${text}`,
        'JavaScript reads it; put quotes around the field if it has a comma.',
      );
    }
  }

  #wrong(why: string, hint: string): InputError {
    return inputError('tags', `the rule "${this.#line}" ${why}`, hint);
  }
}
