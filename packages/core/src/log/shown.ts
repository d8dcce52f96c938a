import { plainText } from './terminal-text.ts';

/** What a document says in the place of something else, not longer than a line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return plainText(JSON.stringify(value)).slice(0, 100);
}
