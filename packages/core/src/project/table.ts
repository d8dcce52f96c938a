import type { InputProblem } from '../errors/index.ts';
import { nearestName } from '../errors/nearest-name.ts';
import { Problems } from '../errors/problems.ts';
import { asRecord, type JsonRecord } from '../json/json.ts';
import type { DescriptorWarning } from './descriptor.ts';
import { formatKeyPath, type KeyPath } from '../toml/key-path.ts';
import type { KeyPositions } from '../toml/positions.ts';

/** Gathers what is wrong with a descriptor, each problem with its place in the file. */
export class Findings {
  readonly problems = new Problems();
  readonly warnings: DescriptorWarning[] = [];
  readonly positions: KeyPositions;

  constructor(positions: KeyPositions) {
    this.positions = positions;
  }

  problem(path: KeyPath, problem: Pick<InputProblem, 'message' | 'hint'>): void {
    this.problems.add({ input: formatKeyPath(path), ...problem, place: this.positions.placeOf(path) });
  }

  warn(path: KeyPath, message: string): void {
    this.warnings.push({ message: `${formatKeyPath(path)}: ${message}`, place: this.positions.placeOf(path) });
  }
}

/** Reads one table of a descriptor by key, and knows afterwards which keys nobody asked for. */
export class TableReader {
  readonly path: KeyPath;
  readonly findings: Findings;
  readonly #table: JsonRecord;
  readonly #asked = new Set<string>();

  constructor(table: JsonRecord, path: KeyPath, findings: Findings) {
    this.#table = table;
    this.path = path;
    this.findings = findings;
  }

  has(key: string): boolean {
    return key in this.#table;
  }

  /** A string; it may be empty. */
  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === 'string') return value;
    this.#wrongType(key, value, 'a string', 'Write it in quotes.');
    return undefined;
  }

  /** An array of strings. */
  texts(key: string): readonly string[] | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.#wrongType(key, value, 'an array of strings', 'Write ["…", "…"].');
    return undefined;
  }

  table(key: string): TableReader | undefined {
    const value = this.#value(key);
    if (value === undefined) return undefined;
    const table = isTable(value) ? asRecord(value) : undefined;
    if (table !== undefined) return new TableReader(table, [...this.path, key], this.findings);
    this.#wrongType(key, value, 'a table');
    return undefined;
  }

  /** An array of tables. */
  tables(key: string): readonly TableReader[] {
    const value = this.#value(key);
    if (value === undefined) return [];
    if (!Array.isArray(value) || !value.every(isTable)) {
      this.#wrongType(key, value, 'an array of tables', `Begin each with [[${formatKeyPath([...this.path, key])}]].`);
      return [];
    }
    return value.map((item, index) => new TableReader(asRecord(item) ?? {}, [...this.path, key, index], this.findings));
  }

  /** Marks a key as known without reading it. */
  allow(key: string): void {
    this.#asked.add(key);
  }

  problem(key: string | undefined, message: string, hint?: string): void {
    const path = key === undefined ? this.path : [...this.path, key];
    this.findings.problem(path, { message, ...(hint !== undefined && { hint }) });
  }

  /** Warns of every key that was not asked for. */
  warnUnknown(): void {
    for (const key of Object.keys(this.#table)) {
      if (this.#asked.has(key)) continue;
      const nearest = nearestName(key, this.#asked);
      const guess = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      this.findings.warn([...this.path, key], `this key is not known and not read${guess}`);
    }
  }

  /** Where users may have tables of their own: warns only of keys that look like a slip of a known one. */
  warnMisspelt(): void {
    for (const key of Object.keys(this.#table)) {
      const nearest = this.#asked.has(key) ? undefined : nearestName(key, this.#asked);
      if (nearest === undefined) continue;
      this.findings.warn([...this.path, key], `this key is not known and not read; did you mean "${nearest}"?`);
    }
  }

  #value(key: string): unknown {
    this.#asked.add(key);
    return this.has(key) ? this.#table[key] : undefined;
  }

  #wrongType(key: string, value: unknown, wanted: string, hint?: string): void {
    this.problem(key, `it must be ${wanted}, not ${typeName(value)}`, hint);
  }
}

function isTable(value: unknown): boolean {
  return asRecord(value) !== undefined && !(value instanceof Date);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
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
