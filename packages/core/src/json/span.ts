/**
 * Exact places in JSON text, so that one value can be replaced and every other byte stays as its author wrote it. Parse and
 * stringify would change number formats, escapes, key order and unknown fields, and with them the digest.
 */

/** Half-open range of UTF-16 positions in a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One `"key": value` of an object. */
export interface Member {
  /** Decoded. */
  readonly key: string;
  /** From the key's opening quote to the end of the value. */
  readonly span: Span;
  readonly value: Span;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** The span of the whole document without the space around it; undefined when the text is not valid JSON. */
export function documentSpan(text: string): Span | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const start = skipSpace(text, 0);
  return { start, end: valueEnd(text, start) };
}

/** The members of the object at `span` of valid JSON, in their order, duplicates included; undefined when it is no object. */
export function membersOf(text: string, span: Span): readonly Member[] | undefined {
  if (text[span.start] !== '{') return undefined;
  const members: Member[] = [];
  let at = skipSpace(text, span.start + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    const key = decodeString(text, { start: at, end: keyEnd }).value;
    members.push({ key, span: { start: at, end }, value: { start, end } });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return members;
}

/** The items of the array at `span` of valid JSON; undefined when it is no array. */
export function itemsOf(text: string, span: Span): readonly Span[] | undefined {
  if (text[span.start] !== '[') return undefined;
  const items: Span[] = [];
  let at = skipSpace(text, span.start + 1);
  while (text[at] !== ']') {
    const end = valueEnd(text, at);
    items.push({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return items;
}

/** A JSON string as its value, with the way back from positions in the value to positions in the text. */
export interface DecodedString {
  readonly value: string;
  /** Where in the text a part of the value is written, escapes included. */
  origin(part: Span): Span;
}

/** Decodes the string at `span` of valid JSON. */
export function decodeString(text: string, span: Span): DecodedString {
  const units: string[] = [];
  const starts: number[] = [];
  for (let at = span.start + 1; at < span.end - 1;) {
    const { unit, length } = readUnit(text, at);
    units.push(unit);
    starts.push(at);
    at += length;
  }
  starts.push(span.end - 1);
  return {
    value: units.join(''),
    origin: ({ start, end }) => ({ start: starts[start] ?? span.end - 1, end: starts[end] ?? span.end - 1 }),
  };
}

/** The text with the part at `span` replaced. */
export function replaceSpan(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

/** The text without one member of an object, and without the comma that belonged to it. */
export function removeMember(text: string, members: readonly Member[], member: Member): string {
  const index = members.indexOf(member);
  const next = members[index + 1];
  if (next !== undefined) return replaceSpan(text, { start: member.span.start, end: next.span.start }, '');
  const previous = members[index - 1];
  return replaceSpan(text, { start: previous?.span.end ?? member.span.start, end: member.span.end }, '');
}

/** One UTF-16 unit of a string's content: a plain character or an escape. */
function readUnit(text: string, at: number): { readonly unit: string; readonly length: number } {
  const character = text.charAt(at);
  if (character !== '\\') return { unit: character, length: 1 };
  const escape = text.charAt(at + 1);
  if (escape !== 'u') return { unit: ESCAPED[escape] ?? escape, length: 2 };
  return { unit: String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16)), length: 6 };
}

/** Iterative, since hostile JSON may be nested as deep as it is long. */
function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') return scalarEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length;) {
    const character = text[at];
    if (character === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** The position behind the string that begins at `start` of valid JSON. */
export function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The position behind the number or literal that begins at `start` of valid JSON. */
export function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at += 1;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/[ \t\n\r]/.test(text.charAt(at))) at += 1;
  return at;
}
