import path from 'node:path';
import { inputError } from '../errors/problems.ts';
import { kindOf, writeObstacle } from './file-kind.ts';

/**
 * Reads where a file is to be written, so that what is wrong is told before the work. Its folder must be there.
 *
 * @param input the input's name, for the error
 * @returns the absolute path
 * @throws InputError quoting the text
 */
export function parseOutputFile(text: string, workingDirectory: string, input: string): string {
  const file = path.resolve(workingDirectory, text);
  const folder = path.dirname(file);
  if (kindOf(file) === 'directory') throw inputError(input, `"${text}" is a directory`, 'Give the name of a file.');
  if (kindOf(folder) !== 'directory') {
    throw inputError(input, `"${text}" can't be written: there is no folder ${folder}`, 'Make the folder first.');
  }
  if (writeObstacle(file) === undefined) return file;
  throw inputError(input, `"${text}" can't be written: the folder ${folder} may not be written to`);
}
