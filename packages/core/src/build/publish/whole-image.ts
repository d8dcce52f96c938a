import { addAbortSignal } from 'node:stream';
import type { Image } from '../../image/source.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { OutputImage } from './output-image.ts';

/**
 * The app image with every layer readable: what the build made from the output layout, the others from the registries of the run and
 * previous image. For outputs that hold whole images.
 *
 * @param signal ends what is being read
 */
export function wholeImage(output: OutputImage, registry: RegistryClient, signal: AbortSignal): Image {
  const sources = new Map(output.layers.map((layer) => [layer.descriptor.digest, layer.source]));
  const { source } = output.image;
  return {
    ...output.image,
    source: {
      name: source.name,
      manifest: (digest) => source.manifest(digest),
      has: (descriptor) => (sources.has(descriptor.digest) ? Promise.resolve(true) : source.has(descriptor)),
      open: async (descriptor) => {
        const from = sources.get(descriptor.digest);
        const fromLayout = from === undefined || from.kind === 'layout';
        const reading = fromLayout ? source.open(descriptor) : registry.readBlob(from.image.repository, descriptor);
        return addAbortSignal(signal, await reading);
      },
    },
  };
}
