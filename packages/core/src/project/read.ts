import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../errors/index.ts';
import type { AppSource } from '../inputs/index.ts';
import type { ProjectDescriptor } from './descriptor.ts';
import { parseProject } from './parse.ts';

const MAX_SIZE = 1024 * 1024;

/**
 * Reads and parses the project descriptor of an app.
 *
 * @param workingDirectory what problems tell the file's name from, where it is below
 * @throws InputError with every problem and its line
 */
export async function readProject(file: string, app: AppSource, workingDirectory: string): Promise<ProjectDescriptor> {
  const relative = path.relative(workingDirectory, file);
  const name = relative.startsWith('..') ? path.basename(file) : relative;
  const { size } = await stat(file);
  if (size > MAX_SIZE) {
    const message = `it has ${size} bytes; a project descriptor has at most ${MAX_SIZE}`;
    throw new InputError([{ input: 'descriptor', message, place: { file: name } }]);
  }
  return parseProject(decode(await readFile(file), name), {
    file: name,
    base: path.dirname(file),
    appDirectory: app.kind === 'directory' ? app.path : undefined,
  });
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError([{ input: 'descriptor', message: 'it is not UTF-8 text', place: { file } }], { cause: error });
  }
}
