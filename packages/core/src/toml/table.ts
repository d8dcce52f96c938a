import { nearestName } from '../errors/nearest-name.ts';
import { asRecord, type JsonRecord } from '../json/json.ts';
import type { Findings } from './findings.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';

/** How a file writes what was expected; absent where everybody knows. */
export interface Notation {
  readonly text?: string;
  readonly texts?: string;
  /** An array of tables. */
  readonly tables?: (path: string) => string;
}

/** Reads one table of a TOML or YAML document by key, and knows afterwards which keys nobody asked for. */
export class TableReader {
  readonly path: KeyPath;
  readonly findings: Findings;
  readonly #record: JsonRecord;
  readonly #notation: Notation;
  readonly #asked = new Set<string>();

  constructor(record: JsonRecord, path: KeyPath, findings: Findings, notation: Notation = {}) {
    this.#record = record;
    this.path = path;
    this.findings = findings;
    this.#notation = notation;
  }

  /** The keys in the order in which they are written. */
  keys(): readonly string[] {
    return Object.keys(this.#record);
  }

  /** Whether there is a value, without reading it. */
  has(key: string): boolean {
    return this.#at(key) !== undefined;
  }

  /** Whatever is there; null, YAML's empty value, is nothing. */
  value(key: string): unknown {
    this.#asked.add(key);
    return this.#at(key);
  }

  /** A string; it may be empty. */
  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'string') return value;
    this.#wrongType(key, value, 'a string', this.#notation.text);
    return undefined;
  }

  /** False when it is absent. */
  flag(key: string): boolean {
    const value = this.value(key) ?? false;
    if (typeof value === 'boolean') return value;
    this.#wrongType(key, value, 'true or false');
    return false;
  }

  /** An array of strings. */
  texts(key: string): readonly string[] | undefined {
    const value = this.value(key);
    if (value === undefined || isTexts(value)) return value;
    this.#wrongType(key, value, 'an array of strings', this.#notation.texts);
    return undefined;
  }

  table(key: string): TableReader | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (isTable(value)) return this.#below(value, key);
    this.#wrongType(key, value, 'a table');
    return undefined;
  }

  /** An array of tables. */
  tables(key: string): readonly TableReader[] {
    const value = this.value(key);
    if (value === undefined) return [];
    if (isTables(value)) return value.map((record, index) => this.#below(record, key, index));
    const hint = this.#notation.tables?.(formatKeyPath([...this.path, key]));
    this.#wrongType(key, value, 'an array of tables', hint);
    return [];
  }

  /** Marks keys as known without reading them. */
  allow(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  /** @param key absent: the table itself */
  problem(key: string | undefined, message: string, hint?: string): void {
    this.findings.problem(key === undefined ? this.path : [...this.path, key], message, hint);
  }

  warn(key: string, message: string): void {
    this.findings.warn([...this.path, key], message);
  }

  /** Warns of every key that was not asked for. */
  warnUnknown(): void {
    for (const key of this.#unasked()) this.#warnUnread(key, nearestName(key, this.#asked));
  }

  /** Has a problem with every key that was not asked for. */
  refuseUnknown(): void {
    for (const key of this.#unasked()) {
      const nearest = nearestName(key, this.#asked);
      this.problem(key, 'this key is not known', nearest === undefined ? undefined : `Did you mean "${nearest}"?`);
    }
  }

  /** Where users may have tables of their own: warns only of keys that look like a slip of a known one. */
  warnMisspelt(): void {
    for (const key of this.#unasked()) {
      const nearest = nearestName(key, this.#asked);
      if (nearest !== undefined) this.#warnUnread(key, nearest);
    }
  }

  #at(key: string): unknown {
    return Object.hasOwn(this.#record, key) ? (this.#record[key] ?? undefined) : undefined;
  }

  #below(record: JsonRecord, ...path: KeyPath): TableReader {
    return new TableReader(record, [...this.path, ...path], this.findings, this.#notation);
  }

  #unasked(): readonly string[] {
    return this.keys().filter((key) => !this.#asked.has(key));
  }

  #warnUnread(key: string, nearest: string | undefined): void {
    const guess = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    this.warn(key, `this key is not known and not read${guess}`);
  }

  #wrongType(key: string, value: unknown, wanted: string, hint?: string): void {
    this.problem(key, `it must be ${wanted}, not ${typeName(value)}`, hint);
  }
}

function isTable(value: unknown): value is JsonRecord {
  return asRecord(value) !== undefined && !(value instanceof Date);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTables(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && value.every(isTable);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return ['an array', ...new Set(value.map(typeName))].join(' with ');
  if (value instanceof Date) return 'a date';
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'a boolean';
    case 'number':
    case 'bigint':
      return 'a number';
    default:
      return 'a table';
  }
}
