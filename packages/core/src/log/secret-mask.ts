import { base64Pattern, textPattern } from './secret-pattern.ts';
import { harmlessLine } from './terminal-text.ts';

/** Replaces known secrets in what is printed. */
export interface SecretMask {
  /**
   * From now on `secret` is replaced, as it is and in the encodings in which programs print it: each of its lines alone, and the
   * base64 of it all. Its pieces are not: what is sent or printed together (`user:password`) is a secret of its own.
   */
  add(secret: string): void;
  apply(text: string): string;
}

const MASKED = '***';

/** Shorter ones would also blank out innocent text. */
const SHORTEST_SECRET = 4;

/** What a regular expression can hold, with all that may stand for each character. UTF-16 units. */
const LONGEST_PIECE = 1024;

interface Known {
  readonly length: number;
  readonly pattern: RegExp;
}

export function createSecretMask(): SecretMask {
  const known = new Map<string, Known>();
  let longestFirst: readonly Known[] = [];
  return {
    add(secret) {
      for (const { length, source } of patternsOf(secret)) {
        if (!known.has(source)) known.set(source, { length, pattern: new RegExp(source, 'g') });
      }
      longestFirst = [...known.values()].sort((a, b) => b.length - a.length);
    },
    apply: (text) => longestFirst.reduce((masked, { pattern }) => masked.replace(pattern, MASKED), text),
  };
}

/** Each with the length of what it stands for. */
function patternsOf(secret: string): readonly { readonly length: number; readonly source: string }[] {
  const lines = secret.split(/[\r\n]+/).map((line) => line.trim());
  // In the header of an answer each byte of UTF-8 is read as a character.
  const read = lines.flatMap((line) => [line, Buffer.from(line).toString('latin1')]);
  // A line is printed without what could command a terminal.
  const printed = new Set(read.flatMap((line) => [line, harmlessLine(line, 'strip')]));
  return [
    ...piecesOf([...printed]).map((text) => ({ length: text.length, source: textPattern(text) })),
    ...piecesOf([secret, ...lines]).map((text) => ({ length: text.length, source: base64Pattern(text) })),
  ];
}

/** The texts that are long enough to be secrets, those cut in parts of one length that are too long for a regular expression. */
function piecesOf(texts: readonly string[]): readonly string[] {
  return texts
    .filter((text) => text.trim().length >= SHORTEST_SECRET)
    .flatMap((text) => {
      const size = Math.ceil(text.length / Math.ceil(text.length / LONGEST_PIECE));
      // Backslashes stay with what they may be there to escape.
      return text.match(new RegExp(String.raw`[^]{1,${size}}(?<!\\)(?:\\+$)?|\\+$`, 'gu')) ?? [];
    });
}
