import type { Log } from '../ports/index.ts';
import { foreignText } from './error.ts';

/** `299 - "text"` (distribution specification, warnings); the text alone, which may hold quoted pairs. */
const WARNING = /(?:^|,)\s*299\s+-\s+"((?:[^"\\]|\\[^])*)"/g;
/** So many of one registry are shown. */
const MAX_WARNINGS = 10;

/** Shows what registries tell their clients beside the answer: that a tag will go, that a repository has moved. Each text once. */
export class Warnings {
  readonly #log: Log;
  readonly #shown = new Map<string, Set<string>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param header the values of `Warning`, joined by commas */
  show(host: string, header: string | undefined): void {
    if (header === undefined) return;
    const shown = this.#shown.get(host) ?? new Set();
    this.#shown.set(host, shown);
    for (const text of parseWarnings(header)) {
      if (shown.has(text) || shown.size >= MAX_WARNINGS) continue;
      shown.add(text);
      this.#log.warn(`${host} warns: ${text}`);
    }
  }
}

/** The texts of a `Warning` header that are meant for people, on one line each. */
export function parseWarnings(header: string): readonly string[] {
  return [...header.matchAll(WARNING)]
    .map(([, text = '']) => foreignText(text.replace(/\\([^])/g, '$1')))
    .filter(Boolean);
}
