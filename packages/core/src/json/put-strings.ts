import { encodeGoString } from './go-string.ts';
import { membersOf, replaceSpan } from './span.ts';

/**
 * The text of a JSON object with some members set to strings, as Go's encoder would have written them: a key that is there keeps its
 * place, a new one stands where it belongs by the order of UTF-8 bytes. Every other byte stays.
 *
 * @param object valid JSON, an object without space around it and without duplicate keys
 */
export function putStrings(object: string, entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries).reduce((text, [key, value]) => putString(text, key, value), object);
}

function putString(object: string, key: string, value: string): string {
  const members = membersOf(object, { start: 0, end: object.length }) ?? [];
  const same = members.find((member) => member.key === key);
  if (same !== undefined) return replaceSpan(object, same.value, encodeGoString(value));

  const written = `${encodeGoString(key)}:${encodeGoString(value)}`;
  const insert = (at: number, text: string) => replaceSpan(object, { start: at, end: at }, text);
  const next = members.find((member) => compareBytes(member.key, key) > 0);
  if (next !== undefined) return insert(next.span.start, `${written},`);
  const last = members.at(-1);
  return last === undefined ? insert(1, written) : insert(last.span.end, `,${written}`);
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
