import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@buildpacks-ci/core';
import type { Invocation } from './command.ts';

const STANDARD_INPUT = 0;

/**
 * The text of a file that the user names, or what comes on standard input for `-`; the file's name as it was given is for messages.
 *
 * @param input the option's name, for the error
 * @throws InputError when it can't be read
 */
export function readGivenText(
  { host }: Invocation,
  file: string,
  input: string,
): { readonly text: string; readonly file: string } {
  const isStandard = file === '-';
  const source = isStandard ? STANDARD_INPUT : path.resolve(host.machine.workingDirectory, file);
  try {
    return { text: readFileSync(source, 'utf8'), file: isStandard ? 'standard input' : file };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    const message = `"${file}" can't be read (${code})`;
    throw new InputError([{ input, message, hint: 'Name a file, or - for standard input.' }]);
  }
}
