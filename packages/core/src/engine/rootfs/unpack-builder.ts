import { unpackImage } from '../../archive/index.ts';
import { optional } from '../../json/json.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { BuilderImage } from '../types.ts';

/** Unpacks the builder below an existing folder, with its owners; `kept` are paths below it that stay as they are. */
export async function unpackBuilder(
  { image, unusedLayers }: Pick<BuilderImage, 'image' | 'unusedLayers'>,
  root: string,
  { log, signal }: EnginePorts,
  kept: readonly string[] = [],
): Promise<void> {
  try {
    await unpackImage(image, root, { owners: true, kept, log, signal, ...optional('unusedLayers', unusedLayers) });
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}
