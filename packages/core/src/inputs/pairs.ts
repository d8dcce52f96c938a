import type { Problems } from '../errors/problems.ts';
import type { InputReader } from './reader.ts';

/** The inputs whose items are `K=V` pairs that end up in the image. */
type PairInput = 'labels' | 'annotations';

/** Visible ASCII but for what separates and quotes: such a key means the same to every tool that shows or filters it. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$/;
const MAX_KEY = 255;

/** One `K=V` as it was written: the value is everything after the first `=`, quotes included. */
export interface Pair {
  readonly key: string;
  readonly value: string;
}

/**
 * The pairs of an input, those that are none reported. Empty lines and lines that start with `#` mean nothing; items that were given
 * one by one may have values of several lines.
 */
export function readPairs(reader: InputReader, input: PairInput, problems: Problems): readonly Pair[] {
  const raw = reader.raw(input);
  const items = typeof raw === 'string' ? raw.split(/\r?\n/) : raw;
  return items.flatMap((item) => {
    const text = item.trimStart();
    return text === '' || text.startsWith('#') ? [] : parsePair(text, input, problems);
  });
}

function parsePair(text: string, input: PairInput, problems: Problems): readonly Pair[] {
  const equals = text.indexOf('=');
  if (equals !== -1) return [{ key: text.slice(0, equals).trim(), value: text.slice(equals + 1) }];
  problems.report(input, `${quoted(text)} has no value`, 'Write KEY=VALUE, one per line; the value may be empty.');
  return [];
}

/** Reports a key that is none; whether it is one. */
export function checkKey(key: string, input: PairInput, problems: Problems): boolean {
  if (KEY.test(key) && key.length <= MAX_KEY) return true;
  problems.report(
    input,
    key === '' ? 'a value has no key' : `${quoted(key)} is not a key`,
    `A key starts with a letter or digit; letters, digits and . _ / : @ + - follow, at most ${MAX_KEY} in all.`,
  );
  return false;
}

/** Enough of a text to find it again. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
