/** What a star stands for: a part of a path, or any text. */
export type Star = 'part' | 'text';

/** Whether a whole text is one of those that are meant. */
export type TextTest = (text: string) => boolean;

/**
 * A pattern with stars as a test. `*` is any text, in paths without a slash, where `**` is any text; all else is what it is. It takes as many steps as
 * pattern and text together are long, times each other at the worst: texts come from outside, and a regular expression would try all ways to part them.
 */
export function globTest(pattern: string, star: Star): TextTest {
  const tokens = pattern.match(/\*+|[^*]/gu) ?? [];
  const runs = tokens.map((token) => (token.startsWith('*') ? starOf(token, star) : token));
  if (!pattern.includes('*')) return (text) => text === pattern;
  const beginning = pattern.slice(0, pattern.indexOf('*'));
  return (text) => text.startsWith(beginning) && follows(runs, text);
}

/** Stands for itself in a pattern: no character has two. */
function starOf(token: string, star: Star): '**' | '*/' {
  return star === 'text' || token.length > 1 ? '**' : '*/';
}

/** Goes through the text once with all places of the pattern that it may have come to. */
function follows(tokens: readonly string[], text: string): boolean {
  let places = withSkippedStars(tokens, new Set([0]));
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === '**' || (token === '*/' && character !== '/')) next.add(place);
      else if (token === character) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = withSkippedStars(tokens, next);
  }
  return places.has(tokens.length);
}

/** A star may stand for nothing. */
function withSkippedStars(tokens: readonly string[], places: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(places);
  // Places that are added here are visited too.
  for (const place of all) {
    if (tokens[place] === '**' || tokens[place] === '*/') all.add(place + 1);
  }
  return all;
}
