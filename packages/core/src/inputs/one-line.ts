import type { InputDefinition } from './definition.ts';

/** An input's description where it is shown in one line, far from the page that links start from: a marketplace, a catalog, an editor. */
export function describeInOneLine({ description, type, defaultNote }: InputDefinition): string {
  const list = type === 'list' ? ' One per line.' : '';
  const absent = defaultNote === undefined ? '' : ` Default: ${defaultNote}.`;
  return `${withoutLinks(description)}${/ per line/.test(description) ? '' : list}${absent}`;
}

/** `[cache.md](cache.md#keys)` is `docs/cache.md`, and `[tag rules](#tag-rules)` are `tag rules in docs/inputs.md`. */
export function withoutLinks(text: string): string {
  return text
    .replaceAll(/\[[^\]]*\]\(([a-z-]+\.md)[^)]*\)/g, 'docs/$1')
    .replaceAll(/\[([^\]]*)\]\(#[^)]*\)/g, '$1 in docs/inputs.md');
}
