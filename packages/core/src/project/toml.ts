import { parse } from '@iarna/toml';
import { InputError, type Place } from '../errors/index.ts';

/**
 * Parses TOML; the one place that knows the library.
 *
 * @param file the file's name, for the error
 * @throws InputError with line and column of what is wrong
 */
export function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const { reason, place } = describe(error, file);
    const problem = { input: 'descriptor', message: `it is not valid TOML: ${reason}`, place };
    throw new InputError([problem], { cause: error });
  }
}

/** The library counts lines and columns from 0, and repeats them in its message beside an excerpt of the file. */
function describe(error: unknown, file: string): { readonly reason: string; readonly place: Place } {
  const message = error instanceof Error ? error.message : String(error);
  const reason = (message.split('\n')[0] ?? '').replace(/ at row \d+, col \d+, pos \d+:?$/, '');
  if (!(error instanceof Error) || !('line' in error) || !('col' in error)) return { reason, place: { file } };
  const { line, col } = error;
  if (typeof line !== 'number' || typeof col !== 'number') return { reason, place: { file } };
  return { reason, place: { file, line: line + 1, column: col + 1 } };
}
