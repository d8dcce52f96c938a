import { seededBytes } from './seeded.ts';

const FILES_PER_PACKAGE = 20;

/**
 * Files like those of a `node_modules`: many small ones that compress about four to one, the same for the same numbers. Packages have names
 * in walk order, so that one may be added anywhere.
 *
 * @param packages their numbers
 * @param fileBytes size of a file on average
 */
export function* nodeModules(packages: Iterable<number>, fileBytes = 16_600) {
  for (const number of packages) {
    for (let index = 0; index < FILES_PER_PACKAGE; index++) {
      const name = `node_modules/package-${String(number).padStart(6, '0')}/lib/file-${String(index).padStart(3, '0')}.js`;
      yield { name, content: sourceText(number * FILES_PER_PACKAGE + index, fileBytes) };
    }
  }
}

const WORDS = Buffer.from(
  'function return const module exports require undefined prototype callback options Object length string value index error throw new this',
)
  .toString()
  .split(' ');

/** Text of words in an order that the seed decides. */
function sourceText(seed: number, averageBytes: number): Buffer {
  const random = seededBytes(seed + 1, 64);
  const target = Math.floor(averageBytes / 4 + ((random.readUInt16LE(0) / 65_536) * averageBytes * 3) / 2);
  const text = Buffer.allocUnsafe(target);
  let state = Math.imul(seed + 7, 0x9e3779b1) | 1;
  for (let at = 0; at < target;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const word = WORDS[(state >>> 8) % WORDS.length] ?? '';
    at += text.write(`${word}${(state & 7) === 0 ? `_${(state >>> 16).toString(36)};\n` : ' '}`, at, 'latin1') || 1;
  }
  return text;
}
