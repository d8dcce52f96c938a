import { inputError } from '../errors/problems.ts';
import { Findings } from './findings.ts';
import { parseToml } from './parse-toml.ts';
import { findKeys } from './positions.ts';
import { type Notation, TableReader } from './table.ts';

const NOTATION: Notation = {
  text: 'Write it in quotes.',
  texts: 'Write ["…", "…"].',
  tables: (path) => `Begin each with [[${path}]].`,
};

/**
 * Opens a TOML file for reading by key.
 *
 * @param input the name of the input that named the file
 * @throws InputError when it is no TOML
 */
export function openToml(text: string, file: string, input: string): TableReader {
  const { value, problem } = parseToml(text);
  if (problem === undefined) return new TableReader(value, [], new Findings(findKeys(text, file)), NOTATION);
  const { message, ...position } = problem;
  throw inputError(input, `it is not valid TOML: ${message}`, undefined, { file, ...position });
}
