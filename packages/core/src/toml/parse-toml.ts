import { parse } from '@iarna/toml';
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
  try {
    return { value: asRecord(parse(text)) ?? {} };
  } catch (error) {
    return { problem: describe(error) };
  }
}

/** The library's first line says what was expected; the rest draws the place, which we give as numbers. */
function describe(error: unknown): TomlProblem {
  const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  const place = asRecord(error) ?? {};
  return {
    message: message.replace(/ at row \d+, col \d+, pos \d+:?$/, ''),
    ...(typeof place['line'] === 'number' && { line: place['line'] + 1 }),
    ...(typeof place['col'] === 'number' && { column: place['col'] + 1 }),
  };
}
