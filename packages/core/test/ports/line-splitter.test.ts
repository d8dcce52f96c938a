import { describe, expect, it } from 'vitest';
import { LineSplitter, MAX_LINE } from '../../src/ports/line-splitter.ts';

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

/** The text in pieces of `size` bytes. */
function pieces(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe('LineSplitter', () => {
  const cases: readonly [text: string, lines: readonly string[]][] = [
    ['', []],
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['\n\na\n', ['', '', 'a']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['10%\r20%\rdone\n', ['10%', '20%', 'done']],
    ['a\r\r\nb', ['a', '', 'b']],
    ['größe 🚀\nзначение\n', ['größe 🚀', 'значение']],
  ];

  describe.each([1, 2, 3, 1000])('in chunks of %i bytes', (size) => {
    it.each(cases)('%j', (text, lines) => {
      expect(linesOf(pieces(text, size))).toEqual(lines);
    });
  });

  it('gives a very long line in pieces', () => {
    expect(linesOf(pieces('x'.repeat(2 * MAX_LINE + 5), 1000)).map((line) => line.length)).toEqual([
      MAX_LINE,
      MAX_LINE,
      5,
    ]);
  });

  it('does not cut a character in two', () => {
    const text = `${'x'.repeat(MAX_LINE - 1)}🚀🚀`;
    expect(linesOf([Buffer.from(text)])).toEqual(['x'.repeat(MAX_LINE - 1), '🚀🚀']);
  });

  it('goes on after bytes that are not UTF-8', () => {
    expect(linesOf([Buffer.from([0x61, 0xff, 0x0a, 0x62])])).toEqual(['a\uFFFD', 'b']);
  });
});
