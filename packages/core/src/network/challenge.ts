/** One challenge of a `WWW-Authenticate` or `Proxy-Authenticate` header (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case; the first of equal names counts. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
/** A word that something else follows directly is no scheme. */
const SCHEME = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=[ \t,]|$)/y;
const SPACE = /[ \t]*/y;
const COMMAS = /[ \t,]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
/** Some servers forget the quotes: what a URL needs is taken, too. */
const UNQUOTED = /[^\s,"=][^\s,"]*/y;
/** `token68`, the credentials-like form that some schemes use instead of parameters. */
const TOKEN68 = /[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * Reads every challenge of a header; several headers are given joined by commas. A comma separates parameters as well as
 * challenges, so a word counts as a scheme when no equals sign follows it. What can't be read ends the list: what came
 * before it is kept.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  const scanner = new Scanner(header);
  for (;;) {
    scanner.take(COMMAS);
    const scheme = scanner.take(SCHEME);
    if (scheme === undefined) return challenges;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: takeParameters(scanner) });
  }
}

function takeParameters(scanner: Scanner): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  scanner.take(SPACE);
  for (;;) {
    const start = scanner.position;
    scanner.take(COMMAS);
    const name = scanner.take(TOKEN);
    const value = name !== undefined && scanner.take(EQUALS) !== undefined ? takeValue(scanner) : undefined;
    if (name === undefined || value === undefined) {
      scanner.position = start;
      if (parameters.size === 0) scanner.take(TOKEN68);
      return Object.fromEntries(parameters);
    }
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, value);
  }
}

function takeValue(scanner: Scanner): string | undefined {
  const quoted = scanner.take(QUOTED);
  return quoted === undefined ? scanner.take(UNQUOTED) : quoted.replace(/\\([^])/g, '$1');
}

class Scanner {
  readonly #text: string;
  position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text that a sticky pattern matches here (its first group, if it has one), or nothing. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match[1] ?? match[0];
  }
}
