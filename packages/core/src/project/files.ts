import ignore from 'ignore';

/** Which files belong to the app: gitignore patterns of project.toml's `include` or `exclude`. */
export type FileSelection =
  { readonly kind: 'all' } | { readonly kind: 'include' | 'exclude'; readonly patterns: readonly string[] };

interface Pattern {
  readonly negated: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * The test that decides for each entry of the app, given by its path relative to the app directory, with slashes.
 *
 * As in pack, each entry is tested by itself and the last pattern that matches it or a directory above it decides: other than
 * in git, `!` brings back a file of a directory that is left out. A directory is tested by its bare path, so a pattern that
 * ends in a slash decides about what is in a directory and not about the directory.
 */
export function selectFiles(selection: FileSelection): (relative: string) => boolean {
  if (selection.kind === 'all') return () => true;
  const patterns = selection.patterns.flatMap(compile);
  const included = selection.kind === 'include';
  return (relative) => {
    const last = patterns.findLast((pattern) => pattern.matches(relative));
    const matched = last !== undefined && !last.negated;
    return matched === included;
  };
}

function compile(text: string): readonly Pattern[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  const negated = trimmed.startsWith('!');
  const matcher = ignore({ ignorecase: false, allowRelativePaths: true }).add(negated ? trimmed.slice(1) : trimmed);
  return [{ negated, matches: (path) => matcher.ignores(path) }];
}
