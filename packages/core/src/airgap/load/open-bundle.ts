import { stat } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors/problems.ts';
import { kindOf } from '../../files/file-kind.ts';
import { isPartOrList, partFiles, partsFileOf, tarOf } from '../content/parts.ts';
import { Segments } from '../content/segments.ts';
import type { BundleSource } from './bundle-source.ts';
import { openDirectorySource } from './directory-source.ts';
import { openPartsSource } from './parts-source.ts';
import { openTarSource } from './tar-source.ts';

/**
 * Opens a bundle: a directory, a tar, or parts, of which the list, any of them, or the name that they have in common is given.
 *
 * @param text as the user wrote it, relative to `base`
 * @throws InputError on `bundle` when there is none, or when the list of its parts is missing
 */
export async function openBundle(text: string, base: string): Promise<BundleSource> {
  const place = path.resolve(base, text);
  const list = partsFileOf(place);
  switch (kindOf(place)) {
    case 'directory':
      return openDirectorySource(place, text);
    case 'file': {
      if (isPartOrList(place)) {
        requireList(list);
        return openPartsSource(list, text);
      }
      const { size } = await stat(place);
      return openTarSource({ name: text, segments: new Segments([place], Infinity, 'r'), size });
    }
    case 'other':
      throw inputError('bundle', `"${text}" is neither a file nor a directory`);
    case undefined:
      if (kindOf(list) === 'file') return openPartsSource(list, text);
      if (partFiles(tarOf(place), 1).some((part) => kindOf(part) === 'file')) requireList(list);
      throw inputError(
        'bundle',
        `"${text}" does not exist`,
        'Give a directory, a tar, or the parts that bundle has written.',
      );
  }
}

/** Without it, parts are bytes of which nobody knows how many there are. */
function requireList(list: string): void {
  if (kindOf(list) === 'file') return;
  const hint = 'Copy it from where the bundle was made: it belongs beside the parts, and has their checksums.';
  throw inputError('bundle', `"${path.basename(list)}" is missing`, hint);
}
