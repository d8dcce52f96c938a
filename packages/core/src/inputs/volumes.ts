import path from 'node:path';
import type { Volume } from '../engine/types.ts';
import { kindOf } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';

/** What the lifecycle needs for itself, and the root that holds it. */
const RESERVED = ['/cnb', '/layers', '/workspace', '/platform', '/buildpacks-ci'];

/**
 * Reads `source:target[:ro|rw]`.
 *
 * @param base the directory that a relative source starts from
 * @throws InputError
 */
export function parseVolume(text: string, base: string): Volume {
  const fail = (message: string, hint?: string) => inputError('volumes', message, hint);
  const [source = '', target = '', mode = 'ro', ...more] = text.split(':');
  if (source === '' || target === '' || more.length > 0) {
    throw fail(`"${text}" is not source:target`, 'Write source:target, or source:target:rw to let the build write.');
  }
  if (mode !== 'ro' && mode !== 'rw') throw fail(`"${mode}" in "${text}" is not a mode`, 'Write ro or rw.');
  if (!target.startsWith('/')) throw fail(`the target "${target}" is not an absolute path`);

  const normal = path.posix.resolve(target);
  const reserved = RESERVED.find((taken) => isAt(normal, taken) || isAt(taken, normal));
  if (reserved !== undefined) {
    const hint = isAt(normal, '/platform')
      ? 'Use "bindings" or "env" instead.'
      : 'Choose another target, for example /volumes/NAME.';
    throw fail(`the target "${target}" would cover "${reserved}", which the build needs`, hint);
  }
  const absolute = path.resolve(base, source);
  if (kindOf(absolute) === undefined) throw fail(`the source "${source}" does not exist`);
  return { source: absolute, target: normal, writable: mode === 'rw' };
}

/** Whether `file` is `directory` or below it. */
function isAt(file: string, directory: string): boolean {
  return file === directory || file.startsWith(directory === '/' ? '/' : `${directory}/`);
}
