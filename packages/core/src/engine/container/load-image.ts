import { Readable } from 'node:stream';
import { writeTar } from '../../archive/index.ts';
import type { Image } from '../../image/source.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { ContainerClient } from './client.ts';
import { dockerArchiveItems } from './docker-archive.ts';

/**
 * Puts an image into the engine's store, its blobs read by our own client.
 *
 * @throws BuildpacksError `engine` with the engine's reason; the source's own errors
 */
export async function loadImage(
  client: ContainerClient,
  image: Image,
  names: readonly string[],
  ports: EnginePorts,
  signal: AbortSignal,
): Promise<void> {
  ports.log.info(`Handing ${image.source.name} over to ${client.facts.program}`);
  const items = dockerArchiveItems(image, names, {
    temporary: ports.machine.temporary,
    onProgress: (done, total) => {
      ports.log.progress({ label: image.source.name, done, total });
    },
  });
  try {
    await client.succeed(`${image.source.name} can't be loaded`, ['load'], {
      input: Readable.from(writeTar(items), { objectMode: false }),
      signal,
      killAfter: 1_000,
    });
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}
