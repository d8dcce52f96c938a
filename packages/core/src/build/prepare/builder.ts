import { type Builder, parseBuilder } from '../../builder/metadata.ts';
import type { BuilderImage } from '../../engine/types.ts';
import { InputError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import { type Image, readImage } from '../../image/source.ts';
import type { BuilderSource } from '../../inputs/request.ts';
import { layoutImage, openLayout } from '../../layout/index.ts';
import { atDigest, familiarReference, formatReference, type ImageReference } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';

/** The builder of one build, pinned. */
export interface ResolvedBuilder {
  readonly builder: Builder;
  readonly provided: BuilderImage;
  /** For the plan and the result: long form, or `oci:DIR`. */
  readonly name: string;
}

/**
 * Resolves the builder to its platform's manifest and reads its labels; no layer is pulled.
 *
 * @throws InputError on `builder` when it does not exist, is for another platform, or is no builder
 */
export async function resolveBuilder(
  source: BuilderSource,
  platform: Platform,
  registry: RegistryClient,
): Promise<ResolvedBuilder> {
  switch (source.kind) {
    case 'registry': {
      const image = await readNamedImage(source.reference, platform, registry, 'builder');
      const reference = atDigest(source.reference, image.raw.digest);
      return described(
        formatReference(source.reference),
        familiarReference(source.reference),
        { reference, image },
        platform,
      );
    }
    case 'layout': {
      const image = await layoutImage(await openLayout(source.path), platform);
      return described(`oci:${source.path}`, `oci:${source.path}`, { image }, platform);
    }
    case 'engine':
      throw new InputError([
        {
          input: 'builder',
          message: `"docker://${source.name}" can't be used yet`,
          hint: 'Push the builder to a registry, or write it to an OCI layout and give oci:DIR.',
        },
      ]);
  }
}

function described(name: string, shown: string, provided: BuilderImage, platform: Platform): ResolvedBuilder {
  const { architecture, os } = provided.image.config;
  if (architecture !== platform.architecture || os !== platform.os) {
    throw new InputError([
      {
        input: 'builder',
        message: `"${shown}" is for ${os}/${architecture}, and the build is for ${platform.os}/${platform.architecture}`,
        hint: 'Use a builder that has this platform.',
      },
    ]);
  }
  return { name, provided, builder: parseBuilder(provided.image, shown) };
}

/**
 * Reads an image that an input names.
 *
 * @throws InputError on that input when the registry does not have it
 */
export async function readNamedImage(
  reference: ImageReference,
  platform: Platform,
  registry: RegistryClient,
  input: string,
): Promise<Image> {
  const found = await registry.resolve(reference, platform);
  if (found === undefined) {
    throw new InputError([
      {
        input,
        message: `"${familiarReference(reference)}" does not exist on ${reference.repository.registry}`,
        hint: 'Check the name and the tag; some registries say so too when the credentials may not read the repository.',
      },
    ]);
  }
  return readImage(registry.source(reference.repository), found.manifest);
}
