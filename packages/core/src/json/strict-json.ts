import { scalarEnd, stringEnd } from './span.ts';

/** Go gives up at 10000. What programs write into images goes a few levels deep. */
const MAX_DEPTH = 200;

/**
 * Parses UTF-8 JSON that means the same to every program that reads it. Refused are an object that has a name twice, which Go merges and
 * others do not, and numbers that Go refuses or that others round: too large ones, and whole ones written like `3.0` or `1e3`.
 *
 * @throws TypeError what is wrong, in words
 */
export function parseStrictJson(bytes: Uint8Array | string): unknown {
  const text = typeof bytes === 'string' ? bytes : decode(bytes);
  const value = parse(text);
  requireOneMeaning(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TypeError('it is no UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError('it is no JSON');
  }
}

/** One pass over valid JSON, without recursion. */
function requireOneMeaning(text: string): void {
  /** The names of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    const start = at;
    at += 1;
    if (character === '"') {
      at = stringEnd(text, start);
      if (isName) addName(open.at(-1), text.slice(start, at));
      isName = false;
    } else if (character === '{' || character === '[') {
      if (open.length === MAX_DEPTH) throw new TypeError(`it is nested more than ${MAX_DEPTH} levels deep`);
      isName = character === '{';
      open.push(isName ? new Set() : undefined);
    } else if (character === '}' || character === ']') {
      open.pop();
      isName = false;
    } else if (character === ',') {
      isName = open.at(-1) !== undefined;
    } else if (/[-\d]/.test(character)) {
      at = scalarEnd(text, start);
      requireExact(text.slice(start, at));
    }
  }
}

/** Half a surrogate pair is U+FFFD to Go, so that two of them are one name. */
function addName(names: Set<string> | undefined, written: string): void {
  const name = (JSON.parse(written) as string).toWellFormed();
  if (names?.has(name) === true) throw new TypeError(`the field ${written.slice(0, 80)} is there more than once`);
  names?.add(name);
}

function requireExact(written: string): void {
  const value = Number(written);
  const shown = written.slice(0, 40);
  if (!Number.isFinite(value)) throw new TypeError(`the number ${shown} is too large`);
  if (/[.eE]/.test(written) && Number.isSafeInteger(value)) {
    throw new TypeError(`the number ${shown} is not written as a whole number`);
  }
}
