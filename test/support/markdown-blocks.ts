/** A fenced block of a Markdown page. */
export interface MarkdownBlock {
  /** The line of its fence in the page, from 1. */
  readonly line: number;
  /** The nearest heading above it, `##` or deeper; empty before the first. */
  readonly heading: string;
  readonly language: string;
  /** With a line end behind each line. */
  readonly content: string;
}

/** The blocks of a page that name a language and are not indented, in their order. */
export function markdownBlocks(page: string): readonly MarkdownBlock[] {
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(({ 1: language = '', 2: content = '', index }) => {
    const above = page.slice(0, index);
    const heading = [...above.matchAll(/^##+ (.*)$/gm)].at(-1)?.[1] ?? '';
    return { line: above.split('\n').length, heading, language, content };
  });
}
