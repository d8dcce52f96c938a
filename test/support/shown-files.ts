import { markdownBlocks } from './markdown-blocks.ts';

/** Files and parts of files that a page shows: its blocks that begin with a comment that is nothing but a name, by that name. */
export function shownFiles(page: string): ReadonlyMap<string, string> {
  const named = markdownBlocks(page).flatMap(({ content }): [string, string][] => {
    const [, name] = /^(?:#|\/\/) ([\w./-]*[\w-]+(?:, \w+)?)\n/.exec(content) ?? [];
    return name === undefined ? [] : [[name, content]];
  });
  return new Map(named);
}
