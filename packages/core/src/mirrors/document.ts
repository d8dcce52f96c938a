import { InputError, type InputProblem } from '../errors/index.ts';
import { nearestName } from '../errors/nearest-name.ts';
import { asRecord, type JsonRecord, optional } from '../json/json.ts';
import { formatKeyPath, type KeyPath } from '../toml/key-path.ts';
import type { KeyPositions } from '../toml/positions.ts';
import type { MirrorNotice } from './model.ts';

/** Gathers what is wrong with a configuration file and what is worth a notice, each with its place. */
export class Findings {
  readonly notices: MirrorNotice[] = [];
  readonly positions: KeyPositions;
  readonly #problems: InputProblem[] = [];

  constructor(positions: KeyPositions) {
    this.positions = positions;
  }

  problem(path: KeyPath, message: string, hint?: string): void {
    const place = this.positions.placeOf(path);
    this.#problems.push({ input: formatKeyPath(path), message, ...optional('hint', hint), place });
  }

  notice(path: KeyPath, message: string): void {
    this.notices.push({ message: `${formatKeyPath(path)}: ${message}`, place: this.positions.placeOf(path) });
  }

  /** @throws InputError with every problem, if there is any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new InputError(this.#problems);
  }
}

/** Reads one table of a TOML or YAML document by key, and knows afterwards which keys nobody asked for. */
export class Table {
  readonly path: KeyPath;
  readonly findings: Findings;
  readonly #record: JsonRecord;
  readonly #asked = new Set<string>();

  constructor(record: JsonRecord, path: KeyPath, findings: Findings) {
    this.#record = record;
    this.path = path;
    this.findings = findings;
  }

  /** The keys in the order in which they are written. */
  keys(): readonly string[] {
    return Object.keys(this.#record);
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  /** Whatever is there; null, YAML's empty value, is nothing. */
  value(key: string): unknown {
    this.#asked.add(key);
    return Object.hasOwn(this.#record, key) ? (this.#record[key] ?? undefined) : undefined;
  }

  /** A string; it may be empty. */
  text(key: string): string | undefined {
    return this.#read(key, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  flag(key: string): boolean {
    return this.#read(key, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined)) ?? false;
  }

  /** An array of strings. */
  texts(key: string): readonly string[] | undefined {
    return this.#read(key, 'an array of strings', (value) => (isTexts(value) ? value : undefined));
  }

  table(key: string): Table | undefined {
    const record = this.#read(key, 'a table', asTable);
    return record === undefined ? undefined : new Table(record, [...this.path, key], this.findings);
  }

  /** An array of tables. */
  tables(key: string): readonly Table[] {
    const records = this.#read(key, 'an array of tables', (value) => (isTables(value) ? value : undefined)) ?? [];
    return records.map((record, index) => new Table(record, [...this.path, key, index], this.findings));
  }

  /** Marks keys as known without reading them. */
  allow(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  problem(key: string | undefined, message: string, hint?: string): void {
    this.findings.problem(key === undefined ? this.path : [...this.path, key], message, hint);
  }

  notice(key: string, message: string): void {
    this.findings.notice([...this.path, key], message);
  }

  /** Tells every key that was not asked for. */
  noticeUnknown(): void {
    for (const key of this.keys()) {
      if (this.#asked.has(key)) continue;
      const nearest = nearestName(key, this.#asked);
      this.notice(
        key,
        `this key is not known and not read${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
      );
    }
  }

  #read<T>(key: string, wanted: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.value(key);
    const result = value === undefined ? undefined : read(value);
    if (value !== undefined && result === undefined) this.problem(key, `it must be ${wanted}`);
    return result;
  }
}

function asTable(value: unknown): JsonRecord | undefined {
  return value instanceof Date ? undefined : asRecord(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTables(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && value.every((item) => asTable(item) !== undefined);
}
