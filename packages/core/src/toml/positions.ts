import type { Place } from '../errors/index.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';

/** Line and column, from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Tells where keys of a TOML document are written. */
export interface KeyPositions {
  /** The key's place, or that of the nearest table or key around it, or the file's. */
  placeOf(path: KeyPath): Place;
}

/**
 * Finds the keys of a document that is known to be valid TOML: of tables, arrays of tables, and dotted keys. Keys inside of
 * inline tables and arrays are not looked for; they get the place of the key that holds them.
 */
export function findKeys(text: string, file: string): KeyPositions {
  const positions = new KeyScanner(text).scan();
  return {
    placeOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const position = positions.get(formatKeyPath(path.slice(0, length)));
        if (position !== undefined) return { file, ...position };
      }
      return { file };
    },
  };
}

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BLANKS = /[ \t]*/y;
const BLANKS_LINES_COMMENTS = /(?:[ \t\r\n]+|#[^\n]*)*/y;
/** A whole string of each kind; a multi-line one may end in up to two quotes of its own. */
const STRING = /"""(?:\\[^]|[^\\])*?"{3,5}(?!")|'''[^]*?'{3,5}(?!')|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/y;
const COMMENT = /#[^\n]*/y;

/** Goes over a document from key to key. Where it can't follow, it stops: what it found until then is right. */
class KeyScanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #counted = 0;
  readonly #positions = new Map<string, Position>();
  /** How many tables each array of tables has so far, by its path. */
  readonly #arrays = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, Position> {
    let table: KeyPath = [];
    for (;;) {
      this.#take(BLANKS_LINES_COMMENTS);
      if (this.#at >= this.#text.length) return this.#positions;
      const start = this.#at;
      const brackets = this.#text.startsWith('[[', start) ? 2 : this.#text.startsWith('[', start) ? 1 : 0;
      this.#at += brackets;
      const keys = this.#readKeys();
      if (keys === undefined) return this.#positions;
      if (brackets > 0) {
        table = this.#enter(keys, brackets === 2 ? 'array' : 'table');
        this.#note(table, start);
        this.#skipValue();
      } else {
        keys.forEach((_, index) => {
          this.#note([...table, ...keys.slice(0, index + 1)], start);
        });
        this.#skipValue();
      }
    }
  }

  /** The path of a header, with the index of the last table in each array of tables on the way. */
  #enter(keys: readonly string[], header: 'table' | 'array'): KeyPath {
    const path: (string | number)[] = [];
    keys.forEach((key, index) => {
      path.push(key);
      const name = formatKeyPath(path);
      const count = this.#arrays.get(name) ?? 0;
      if (header === 'array' && index === keys.length - 1) {
        this.#arrays.set(name, count + 1);
        path.push(count);
      } else if (count > 0) {
        path.push(count - 1);
      }
    });
    return path;
  }

  /** A key that is dotted, each part bare or quoted. */
  #readKeys(): readonly string[] | undefined {
    const keys: string[] = [];
    do {
      this.#take(BLANKS);
      const part = this.#take(BARE_KEY) ?? unquote(this.#take(STRING));
      if (part === undefined) return undefined;
      keys.push(part);
      this.#take(BLANKS);
    } while (this.#skip('.'));
    return keys;
  }

  /** To the end of the line on which no bracket is open. */
  #skipValue(): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      if (this.#take(STRING) !== undefined || this.#take(COMMENT) !== undefined) continue;
      const character = this.#text[this.#at];
      if (character === '\n' && depth <= 0) return;
      if (character === '[' || character === '{') depth += 1;
      if (character === ']' || character === '}') depth -= 1;
      this.#at += 1;
    }
  }

  #note(path: KeyPath, at: number): void {
    for (; this.#counted < at; this.#counted += 1) {
      if (this.#text[this.#counted] !== '\n') continue;
      this.#line += 1;
      this.#lineStart = this.#counted + 1;
    }
    const name = formatKeyPath(path);
    if (!this.#positions.has(name)) this.#positions.set(name, { line: this.#line, column: at - this.#lineStart + 1 });
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
}

function unquote(quoted: string | undefined): string | undefined {
  if (quoted === undefined || quoted.startsWith("'")) return quoted?.slice(1, -1);
  try {
    const text: unknown = JSON.parse(quoted);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
