import { markdownBlocks, type MarkdownBlock } from '../../support/markdown-blocks.ts';

/** A file that a guide shows, to be there when its commands run. */
export interface GuideFile {
  readonly name: string;
  readonly content: string;
}

/** What a guide says about some commands: how they are typed, and what they print. */
export interface GuideExample {
  /** `123, A proxy`: the line where it begins, and the heading above it. */
  readonly title: string;
  /** For `sh`. */
  readonly commands: string;
  /** Lines; one that is `…` stands for any number of lines. */
  readonly output: readonly string[];
  /** All that were shown before it. */
  readonly files: readonly GuideFile[];
}

const ELLIPSIS = '…';

/**
 * Finds the examples of a page in Markdown: a block of `sh` that is followed by one of `text`. Other blocks whose first line is a comment
 * with nothing but a file's name are files.
 */
export function readGuide(markdown: string): readonly GuideExample[] {
  const blocks = markdownBlocks(markdown);
  return blocks.flatMap(({ line, heading, language, content: commands }, index) => {
    const next = blocks[index + 1];
    if (language !== 'sh' || next?.language !== 'text') return [];
    const files = blocks.slice(0, index).flatMap(fileOf);
    return [{ title: `${line}, ${heading}`, commands, output: next.content.trimEnd().split('\n'), files }];
  });
}

function fileOf({ content }: MarkdownBlock): readonly GuideFile[] {
  const [, name] = /^# (\S+\.\w+)\n/.exec(content) ?? [];
  return name === undefined ? [] : [{ name, content }];
}

/** The first line that a guide shows and that was not printed where it says, or that was printed there instead of an end. */
export function wrongLine(shown: readonly string[], printed: readonly string[]): string | undefined {
  let from = 0;
  let skipping = false;
  for (const line of shown) {
    if (line === ELLIPSIS) {
      skipping = true;
      continue;
    }
    const found = skipping ? printed.indexOf(line, from) : from;
    if (printed[found] !== line) return line;
    from = found + 1;
    skipping = false;
  }
  return skipping ? undefined : printed[from];
}
