import { isDeepStrictEqual } from 'node:util';
import type { RunImageReader } from '../catalog/run-image-reader.ts';
import { BuildpacksError, InputError } from '../errors/index.ts';
import { platformOf } from '../image/platform.ts';
import type { Image } from '../image/source.ts';
import { type DigestReference, parseReference } from '../reference/index.ts';
import type { Edition } from './subject.ts';

/**
 * The run image that an app image was built on; undefined when it is gone, or can't be read. The digest is the app image's word: it is looked
 * for only where the new run image is, and counts only if the app has the very layers of what it leads to.
 *
 * @throws BuildpacksError `cancelled`
 */
export async function recordedBase(
  { app, base }: Pick<Edition, 'app' | 'base'>,
  reader: RunImageReader,
): Promise<Image | undefined> {
  const recorded = digestReference(app.metadata.runImage.reference);
  if (recorded === undefined) return undefined;
  const { repository } = base;
  try {
    const found = await reader.read({ ...recorded, repository }, platformOf(app.image), repository.registry);
    const layers = app.image.config.diffIds.slice(0, app.baseLayers);
    return isDeepStrictEqual(found?.image.config.diffIds, layers) ? found?.image : undefined;
  } catch (error) {
    if (error instanceof BuildpacksError && error.code !== 'cancelled') return undefined;
    throw error;
  }
}

function digestReference(recorded: string): DigestReference | undefined {
  try {
    const reference = parseReference(recorded);
    return reference.kind === 'digest' ? reference : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
