import { plainText } from '../log/terminal-text.ts';

/** Foreign text that is longer is cut: there are names with digests that have more than 300 characters. */
const LONGEST = 400;

/**
 * Foreign text as a code span, in which GitHub's Markdown makes neither links nor mentions nor HTML; fit for a cell of a table.
 *
 * @see https://github.github.com/gfm/#code-spans
 */
export function codeSpan(text: string): string {
  const shown = cut(plainText(text), LONGEST);
  if (shown.trim() === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  // A blank between the fence and a backtick is no part of the code.
  const blank = /^`|`$/.test(shown) ? ' ' : '';
  return `${fence}${blank}${shown.replaceAll('|', '\\|')}${blank}${fence}`;
}

/** Foreign lines as a block of code. */
export function codeBlock(lines: readonly string[]): readonly string[] {
  const shown = lines.map((line) => cut(plainText(line), LONGEST));
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return [`${fence}text`, ...shown, fence];
}

/** Cells must be Markdown already; `right` are the columns of numbers. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, column) => (right.includes(column) ? '--:' : '---'))), ...rows.map(line)];
}

/** The first `most` of some items as `show` writes them, and a last one that tells how many more there are. */
export function atMost<T>(items: readonly T[], most: number, show: (item: T) => string): readonly string[] {
  const shown = items.slice(0, most).map(show);
  return items.length > most ? [...shown, `… and ${items.length - most} more`] : shown;
}

/** At most `limit` characters, and `…` where there were more. */
export function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
