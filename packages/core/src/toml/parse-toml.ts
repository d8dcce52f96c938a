import TOMLParser from '@iarna/toml/lib/toml-parser.js';
import { asRecord, type JsonRecord } from '../json/json.ts';

/** A TOML document, or where and why it is not one. */
export type ParsedToml =
  | { readonly value: JsonRecord; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: TomlProblem };

export interface TomlProblem {
  readonly message: string;
  /** Both count from 1. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * Parses TOML (1.0 as far as `@iarna/toml` 2 goes: arrays of one type only). The only module that knows the library. Values are of
 * unknown shape: dates are `Date`, integers beyond 2^53 `bigint`.
 */
export function parseToml(text: string): ParsedToml {
  const parser = new GuardedParser();
  try {
    parser.parse(text);
    return { value: asRecord(parser.finish()) ?? {} };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/**
 * Refuses tables that are named like what every object inherits: the library would take `[toString]` for a table that is there, and
 * write the document's values into JavaScript's own function.
 */
class GuardedParser extends TOMLParser {
  override parseTableMore(part: string): unknown {
    this.#refuseInherited([part]);
    return super.parseTableMore(part);
  }

  override parseListMore(part: string): unknown {
    this.#refuseInherited([part]);
    return super.parseListMore(part);
  }

  override recordAssignStatement(assignment: { readonly key: readonly string[] }): unknown {
    this.#refuseInherited(assignment.key.slice(0, -1));
    return super.recordAssignStatement(assignment);
  }

  override recordInlineTableValue(assignment: { readonly key: readonly string[] }): unknown {
    this.#refuseInherited(assignment.key.slice(0, -1));
    return super.recordInlineTableValue(assignment);
  }

  #refuseInherited(tables: readonly string[]): void {
    const refused = tables.find((table) => table in Object.prototype && table !== '__proto__');
    if (refused !== undefined) throw this.error(new Error(`a table can't have the name "${refused}"`));
  }
}

function describe(error: unknown): TomlProblem {
  const place = asRecord(error) ?? {};
  return {
    message: error instanceof Error ? error.message : String(error),
    ...(typeof place['line'] === 'number' && { line: place['line'] + 1 }),
    ...(typeof place['col'] === 'number' && { column: place['col'] + 1 }),
  };
}
