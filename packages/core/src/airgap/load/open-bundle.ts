import { stat } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors/problems.ts';
import { kindOf } from '../../files/file-kind.ts';
import { partsFileOf } from '../content/parts.ts';
import { Segments } from '../content/segments.ts';
import type { BundleSource } from './bundle-source.ts';
import { openDirectorySource } from './directory-source.ts';
import { openPartsSource } from './parts-source.ts';
import { openTarSource } from './tar-source.ts';

/**
 * Opens a bundle: a directory, a tar, or parts, of which the list, any of them, or the name that they have in common is given.
 *
 * @param text as the user wrote it, relative to `base`
 * @throws InputError on `bundle` when there is none
 */
export async function openBundle(text: string, base: string): Promise<BundleSource> {
  const place = path.resolve(base, text);
  const list = partsFileOf(place);
  switch (kindOf(place)) {
    case 'directory':
      return openDirectorySource(place, text);
    case 'file': {
      if (kindOf(list) === 'file' && /\.(?:part-\d{4,}|parts\.json)$/.test(place)) return openPartsSource(list, text);
      const { size } = await stat(place);
      return openTarSource({ name: text, segments: new Segments([place], Infinity, 'r'), size });
    }
    case 'other':
      throw inputError('bundle', `"${text}" is neither a file nor a directory`);
    case undefined:
      if (kindOf(list) === 'file') return openPartsSource(list, text);
      throw inputError(
        'bundle',
        `"${text}" does not exist`,
        'Give a directory, a tar, or the parts that bundle has written.',
      );
  }
}
