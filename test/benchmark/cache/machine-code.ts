import { Random } from './random.ts';

const PHRASES = 128;
const LONGEST = 6;

/**
 * Bytes like those of an object file, the same for the same seed: sequences of instructions that occur again and again, and words that
 * occur nowhere else. They compress about five to one, with zstd and with gzip; parts of a real Go build cache did so 4.2 to 4.5 to one.
 *
 * @param length rounded down to whole words
 */
export function machineCode(seed: number, length: number): Buffer {
  const words = new Uint32Array(Math.floor(length / 4));
  const random = new Random(seed + 7);
  for (let at = 0; at < words.length;) {
    const choice = random.next();
    words[at++] = choice;
    const phrase = new Random(choice % PHRASES);
    const end = Math.min(words.length, at + LONGEST + (choice >>> 29));
    while (at < end) words[at++] = phrase.next();
  }
  return Buffer.from(words.buffer);
}
