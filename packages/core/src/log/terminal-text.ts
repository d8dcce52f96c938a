/**
 * Escape sequences as ECMA-48 forms them, in their 7-bit and 8-bit notation: control sequences, strings (OSC, DCS, SOS, PM, APC,
 * ended by BEL or ST or the line), other escapes, and an escape character that begins nothing.
 */
const ESCAPES = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]`,
    String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?`,
    String.raw`\x1b[ -/]*[0-~]`,
    String.raw`\x1b`,
  ].join('|'),
  'g',
);

/** Select Graphic Rendition, the one sequence that only changes how text looks. */
const COLOUR = /^\x1b\[[0-9;:]{0,32}m$/;

const RESET = '\x1b[0m';

/** C0 but tab and escape, delete, C1, line separators, and the marks that reorder text. */
const CONTROLS = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** How a program's line is to be shown. */
export type Colours = 'keep' | 'strip';

/**
 * Makes one line printed by foreign code harmless: of its escape sequences only colours are left (none, with `strip`), and these end
 * with the line; other control characters vanish. A line that was drawn over with carriage returns shows what was drawn last.
 */
export function harmlessLine(line: string, colours: Colours): string {
  const text = lastDrawn(line)
    .toWellFormed()
    .replace(ESCAPES, (escape) => (colours === 'keep' && COLOUR.test(escape) ? escape : ''))
    .replace(CONTROLS, '');
  return text.includes('\x1b') ? text + RESET : text;
}

/** Text from outside within a line of ours, where no colour belongs: line ends and tabs are shown, the rest as in `harmlessLine`. */
export function plainText(text: string): string {
  const shown = text
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`);
  return harmlessLine(shown, 'strip');
}

function lastDrawn(line: string): string {
  const ended = line.replace(/\r+$/, '');
  return ended.slice(ended.lastIndexOf('\r') + 1);
}
