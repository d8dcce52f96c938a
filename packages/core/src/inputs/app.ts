import path from 'node:path';
import { isZip } from '../archive/zip-signature.ts';
import { isInside, kindOf } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';
import type { AppSource } from './request.ts';
import { sourcePlace, type Surroundings } from './source-place.ts';

/**
 * Reads `path`.
 *
 * @throws InputError when it is neither a directory nor a file in zip format, or behind a link that is not to be followed
 */
export function parseApp(text: string, surroundings: Surroundings): AppSource {
  const absolute = sourcePlace(text, surroundings, 'path');
  const kind = kindOf(absolute);
  if (kind === 'directory') return { kind: 'directory', path: absolute };
  if (kind === 'file' && isZip(absolute)) return { kind: 'archive', path: absolute };
  throw kind === undefined
    ? inputError('path', `"${text}" does not exist`, 'Give the app directory; was the repository checked out?')
    : inputError(
        'path',
        `"${text}" is neither a directory nor a file in zip format (zip, jar, war)`,
        'Give the app directory, or unpack it first.',
      );
}

/**
 * The project descriptor: the file that was named, else `project.toml` in the app directory if there is one.
 *
 * @throws InputError when the named file is missing or behind a link that is not to be followed, or the app's own is a link that leads
 * out of the app
 */
export function findDescriptor(
  text: string | undefined,
  app: AppSource,
  surroundings: Surroundings,
): string | undefined {
  if (text !== undefined) {
    const absolute = sourcePlace(text, surroundings, 'descriptor');
    const kind = kindOf(absolute);
    if (kind === 'file') return absolute;
    throw inputError('descriptor', `"${text}" ${kind === undefined ? 'does not exist' : 'is no file'}`);
  }
  const found = path.join(app.path, 'project.toml');
  if (app.kind === 'archive' || kindOf(found) !== 'file') return undefined;
  if (isInside(found, app.path)) return found;
  throw inputError(
    'descriptor',
    'project.toml in the app is a link that leads out of it',
    'Name the file with "descriptor" if it is meant.',
  );
}
