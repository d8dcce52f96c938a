import { inputError } from '../../errors/problems.ts';
import { formatDate } from './date-format.ts';

/** What `{{…}}` may stand for: a text, or a time in milliseconds since 1970 that is written with a format. */
export type Expressions = ReadonlyMap<string, string | { readonly time: number }>;

/** `name`, or `name 'format' tz='zone'`. */
const EXPRESSION = /^(\w+)(?:\s+(['"])(.*?)\2(?:\s+tz=(['"])(.*?)\4)?)?$/;

/** `{{expression}}`, or with one brace where an engine for workflows takes two for its own (Argo's does). */
const MARKED = /\{\{(.*?)\}\}|\{([^{}]*)\}/g;

/**
 * Replaces each `{{expression}}` or `{expression}` of a template.
 *
 * @throws InputError on `tags` when an expression is not known or is not written as it must be
 */
export function renderTemplate(template: string, expressions: Expressions): string {
  return template.replace(MARKED, (_, two: string | undefined, one: string | undefined) =>
    render((two ?? one ?? '').trim(), expressions),
  );
}

/** The names of the expressions in a template. */
export function namesIn(template: string): readonly string[] {
  return [...template.matchAll(MARKED)].map(([, two, one = '']) => /^\s*(\w*)/.exec(two ?? one)?.[1] ?? '');
}

function render(text: string, expressions: Expressions): string {
  const [, name = '', , format, , zone] = EXPRESSION.exec(text) ?? [];
  const value = expressions.get(name);
  if (value === undefined) throw unknown(text, expressions);
  if (typeof value === 'string') {
    if (format === undefined) return value;
    throw inputError('tags', `"{{${text}}}" has a format, which only a date has`, `Write {{${name}}}.`);
  }
  if (format === undefined) {
    throw inputError('tags', `"{{${text}}}" has no format`, `Write {{${name} 'YYYYMMDD'}}.`);
  }
  return date(value.time, { text, format, zone: zone ?? 'UTC' });
}

function date(
  time: number,
  { text, format, zone }: { readonly text: string; readonly format: string; readonly zone: string },
): string {
  try {
    return formatDate(time, format, zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError('tags', `"{{${text}}}": ${error.message}`);
  }
}

function unknown(text: string, expressions: Expressions) {
  const known = [...expressions].map(([name, value]) => (typeof value === 'string' ? name : `${name} 'YYYYMMDD'`));
  return inputError('tags', `"{{${text}}}" is not an expression that is known here`, `Known are ${known.join(', ')}.`);
}
