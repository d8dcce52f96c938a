import { creationTime } from '../image/creation-time.ts';
import type { RunImageReader } from '../catalog/run-image-reader.ts';
import { recordedBase } from './recorded-base.ts';
import type { Edition } from './subject.ts';

/**
 * When the run image in an app image was made, in milliseconds since the epoch; undefined when it is gone, does not tell, or tells a time
 * after `now`.
 *
 * @throws BuildpacksError `cancelled`
 */
export async function baseCreated(edition: Edition, reader: RunImageReader, now: number): Promise<number | undefined> {
  const image = await recordedBase(edition, reader);
  const created = image && creationTime(image.config);
  return created !== undefined && created <= now ? created : undefined;
}
