import type { TableReader } from '../../toml/table.ts';

/** A pattern with the text that it was made of. */
export interface Written<T> {
  readonly text: string;
  readonly pattern: T;
}

/** The patterns of an array of strings; undefined when there is none or one of them is wrong, which is noted. */
export function readPatterns<T extends object>(
  table: TableReader,
  key: string,
  parse: (text: string) => T | string,
): readonly Written<T>[] | undefined {
  const texts = table.texts(key);
  const read = (texts ?? []).map((text) => ({ text, pattern: parse(text) }));
  const patterns = read.flatMap(({ text, pattern }) => {
    if (typeof pattern !== 'string') return [{ text, pattern }];
    table.problem(key, pattern);
    return [];
  });
  return texts === undefined || patterns.length < texts.length ? undefined : patterns;
}

/** What an allow list has, for a refusal. */
export function listed(patterns: readonly { readonly text: string }[]): string {
  return patterns.map(({ text }) => text).join(', ') || 'none';
}
