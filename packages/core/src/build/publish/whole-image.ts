import type { Image } from '../../image/source.ts';
import type { RegistryClient } from '../../registry/index.ts';
import type { OutputImage } from './output-image.ts';

/**
 * The app image with every layer readable: what the build made from the output layout, the others from the registries of the run and
 * previous image. For outputs that hold whole images.
 */
export function wholeImage(output: OutputImage, registry: RegistryClient): Image {
  const sources = new Map(output.layers.map((layer) => [layer.descriptor.digest, layer.source]));
  const { source } = output.image;
  return {
    ...output.image,
    source: {
      name: source.name,
      manifest: (digest) => source.manifest(digest),
      has: (descriptor) => (sources.has(descriptor.digest) ? Promise.resolve(true) : source.has(descriptor)),
      open: (descriptor) => {
        const from = sources.get(descriptor.digest);
        return from === undefined || from.kind === 'layout'
          ? source.open(descriptor)
          : registry.readBlob(from.image.repository, descriptor);
      },
    },
  };
}
