/** Adds colours, or leaves the text as it is. */
export type Style = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string) => string>>;

export const PLAIN_STYLE: Style = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
};

export const COLOUR_STYLE: Style = {
  bold: paint(1),
  dim: paint(2),
  red: paint(31),
  green: paint(32),
  yellow: paint(33),
};

function paint(code: number): (text: string) => string {
  return (text) => `\x1b[${code}m${text}\x1b[0m`;
}

/**
 * Colours are for terminals, unless the user wants none (no-color.org: `NO_COLOR` set and not empty) or wants them
 * everywhere (`FORCE_COLOR`).
 */
export function wantsColours(isTerminal: boolean, environment: Readonly<Record<string, string>>): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}
