/**
 * The source of a regular expression that finds text as it is and wherever single characters of it are written in another way, mixed
 * as they may be: percent-encoded in URLs and forms, once or twice, escaped in JSON and by a shell, as entities in HTML.
 */
export function textPattern(text: string): string {
  return Array.from(text.toWellFormed().matchAll(/(\\*)([^\\])|(\\+)$/gsu), ([, slashes = '', character, rest]) =>
    character === undefined ? backslashes(rest?.length ?? 0, 0) : characterPattern(slashes.length, character),
  ).join('');
}

/**
 * The source of a regular expression that finds the base64 of a secret, in both alphabets and padded or not, alone or in the base64 of
 * a longer text. There the first and last character may stay: they hold bits of the text around it.
 */
export function base64Pattern(secret: string): string {
  const whole = base64Characters(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  const inside = [0, 1, 2].map((shift) => base64Core(Buffer.from(secret), shift));
  const patterns = inside.filter((core) => core.length >= SHORTEST_CORE).map(base64Characters);
  return [`${whole}(?:=|${percentEncoded('=')}){0,2}`, ...patterns].join('|');
}

/** A shorter piece of base64 may be a part of anything. */
const SHORTEST_CORE = 6;

const ENTITIES: ReadonlyMap<string, readonly string[]> = new Map([
  ['&', ['&amp;', '&#38;', '&#x26;']],
  ['<', ['&lt;', '&#60;', '&#x3[cC];']],
  ['>', ['&gt;', '&#62;', '&#x3[eE];']],
  ['"', ['&quot;', '&#34;', '&#x22;']],
  ["'", ['&apos;', '&#39;', '&#x27;']],
]);

/**
 * One character and the backslashes before it. Each backslash may be escaped, and escaped again, and others may have come to escape
 * the character. All of them are one repetition, since several in a row could be matched in too many ways.
 */
function characterPattern(slashes: number, character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return `${backslashes(slashes, 0)}${character}`;
  // What is longer first: an encoded percent sign begins with one.
  const ways = [
    percentEncoded(character),
    ...(ENTITIES.get(character) ?? []),
    ...(character === ' ' ? [percentEncoded('+'), String.raw`\+`] : []),
    unicodeEscape(character),
    literal(character),
  ];
  return `${backslashes(slashes, 3)}(?:${ways.join('|')})`;
}

/** So many backslashes, each of which may be escaped, and at most `more` that are not of the text. */
function backslashes(count: number, more: number): string {
  const most = 4 * count + more;
  return most === 0 ? '' : `(?:\\\\|${percentEncoded('\\')}){${count},${most}}`;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** What follows the backslash of JSON's `\u0026`. */
function unicodeEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `u${anyCase(unit.toString(16).padStart(4, '0'))}`).join(String.raw`\\{1,4}`);
}

/** Also where the result was encoded again. */
function percentEncoded(character: string): string {
  const bytes = Array.from(Buffer.from(character), (byte) => byte.toString(16).padStart(2, '0'));
  return bytes.map((byte) => `%(?:25){0,2}${anyCase(byte)}`).join('');
}

function anyCase(hexadecimal: string): string {
  return hexadecimal.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** The characters that all base64 has in common in which the secret follows on `shift` (0 to 2) bytes, whatever these are. */
function base64Core(secret: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), secret]).toString('base64');
  const bits = 8 * (shift + secret.length);
  return encoded.slice(Math.ceil((8 * shift) / 6), Math.floor(bits / 6));
}

function base64Characters(encoded: string): string {
  return encoded
    .replaceAll('+', `(?:[-+]|${percentEncoded('+')})`)
    .replaceAll('/', `(?:[_/]|\\\\/|${percentEncoded('/')})`);
}
