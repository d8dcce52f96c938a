/** What a star stands for: a part of a path, or any text. */
export type Star = 'part' | 'text';

/**
 * A pattern with stars as an expression for whole texts. `*` is any text, in paths without a slash, where `**` is any text; all else is
 * what it is.
 */
export function globExpression(pattern: string, star: Star): RegExp {
  const one = star === 'part' ? '[^/]*' : '.*';
  const source = pattern
    .split(/(\*+)/)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : part.length > 1 ? '.*' : one))
    .join('');
  return new RegExp(`^${source}$`, 's');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
