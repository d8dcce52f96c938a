import { lockedImages } from '../../lock/locked-images.ts';
import { allInOrder } from '../../parallel/parallel.ts';
import type { Ports } from '../../ports/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { type ObservedReader, observed } from '../policy/seen-digests.ts';
import type { ResolvedBuilder } from './builder.ts';
import { planConfig, withUnusedLayers } from './config.ts';
import { resolveRunImage } from './run-image.ts';

/** Where the images come from that the inputs and the builder name. */
export function imagesFor({ lock }: CompleteRequest, registry: RegistryReader): ObservedReader {
  return observed(lock === undefined ? registry : lockedImages(registry, lock), lock);
}

export interface ImagesContext {
  readonly images: ObservedReader;
  readonly ports: Ports;
  /** See `ResolveContext.scratch`. */
  readonly scratch: string;
}

/** What depends on the builder's labels. */
export async function resolveOnBuilder(
  request: CompleteRequest,
  builder: ResolvedBuilder,
  { images: { reader: registry }, ports, scratch }: ImagesContext,
) {
  const { platform, runImage: override } = request;
  const [target] = request.publish ? request.destinations : [];
  const runImageRequest = {
    platform,
    ...(override !== undefined && { override }),
    ...(target !== undefined && { outputRegistry: target.repository.registry }),
  };
  const [runImage, configuration] = await allInOrder([
    resolveRunImage(builder.builder, runImageRequest, registry, ports.log),
    planConfig(request, { builder: builder.builder, platform, registry, scratch, ports }),
  ]);
  return { builder: withUnusedLayers(builder, configuration), runImage, configuration };
}
