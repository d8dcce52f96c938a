import { InputError } from '../errors/index.ts';
import { findKeys } from '../toml/positions.ts';
import { parseToml } from '../toml/parse-toml.ts';
import { Findings, Table } from './document.ts';

/**
 * Opens a TOML file for reading by key.
 *
 * @param input the name of the input that named the file
 * @throws InputError when it is no TOML
 */
export function openToml(text: string, file: string, input: string): Table {
  const { value, problem } = parseToml(text);
  if (problem !== undefined) {
    const { message, ...position } = problem;
    throw new InputError([{ input, message: `it is not valid TOML: ${message}`, place: { file, ...position } }]);
  }
  return new Table(value, [], new Findings(findKeys(text, file)));
}
