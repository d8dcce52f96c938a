import { type Builder, parseBuilder } from '../../builder/metadata.ts';
import { detectContainerEngine, type EnginePorts } from '../../engine/index.ts';
import type { BuilderImage } from '../../engine/types.ts';
import { BuildpacksError, InputError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import { type Image, readImage } from '../../image/source.ts';
import type { BuilderSource, ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { layoutImage, openLayout } from '../../layout/index.ts';
import type { CompleteRequest } from '../../project/index.ts';
import { atDigest, familiarReference, formatReference, type ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { blaming } from './blame.ts';
import { missingImage } from './missing-image.ts';
import { pullObstacle } from './pull-obstacle.ts';

/** The builder of one build, pinned. */
export interface ResolvedBuilder {
  readonly builder: Builder;
  readonly provided: BuilderImage;
  /** For the plan and the result: long form, `docker://NAME`, or `oci:DIR`. */
  readonly name: string;
}

/**
 * Resolves the builder to its platform's manifest and reads its labels; no layer is pulled.
 *
 * @throws InputError on `builder` when it does not exist, is for another platform, is no builder, or with a lock is no image of a registry
 */
export async function resolveBuilder(
  {
    builder: source,
    platform,
    connection,
    lock,
  }: Pick<CompleteRequest, 'builder' | 'platform' | 'connection' | 'lock'>,
  registry: RegistryReader,
  ports: EnginePorts,
): Promise<ResolvedBuilder> {
  if (lock !== undefined) registryReference(source, `"${lock.file}"`);
  switch (source.kind) {
    case 'registry': {
      const { reference } = source;
      const image = await readNamedImage(reference, platform, registry, 'builder');
      const provided = registryBuilder(reference, image, connection);
      return described(formatReference(reference), familiarReference(reference), provided, platform);
    }
    case 'layout': {
      const image = await blaming('builder', async () => layoutImage(await openLayout(source.path), platform));
      return described(`oci:${source.path}`, `oci:${source.path}`, { image }, platform);
    }
    case 'engine': {
      const name = `docker://${source.name}`;
      return described(name, name, await storedBuilder(source.name, ports), platform);
    }
  }
}

/**
 * The name of a builder that a lock can hold.
 *
 * @param lock for the message: which one
 * @throws InputError when the builder is on this machine only
 */
export function registryReference(source: BuilderSource, lock: string): ImageReference {
  if (source.kind === 'registry') return source.reference;
  const name = source.kind === 'engine' ? `docker://${source.name}` : `oci:${source.path}`;
  const message = `"${name}" is no image of a registry, and ${lock} names no others`;
  const hint = 'Push the builder, and make the lock with the name that it has there: buildpacks-ci lock.';
  throw new InputError([{ input: 'builder', message, hint }]);
}

/** A builder that our own client read: the engine may not be able to. */
export function registryBuilder(reference: ImageReference, image: Image, connection: ConnectionInputs): BuilderImage {
  const pinned = atDigest(reference, image.raw.digest);
  return {
    reference: pinned,
    image,
    ...optional('pullObstacle', pullObstacle(reference.repository, image, connection)),
  };
}

/**
 * A builder in the container engine's own store, pinned by its image id: such an image has no manifest that could be asked for.
 *
 * @param name a reference, or an id
 * @throws InputError on `builder` when the engine does not have it
 */
export async function storedBuilder(name: string, ports: EnginePorts): Promise<BuilderImage> {
  const engine = await detectContainerEngine(ports);
  if (engine === undefined) {
    throw new BuildpacksError('engine', `"docker://${name}" can't be looked up: neither docker nor podman answers`, {
      hint: 'Start the engine that has it, or name a builder on a registry or as oci:DIR.',
    });
  }
  const image = await engine.stored(name, ports.signal);
  return { inEngine: image.raw.digest, image };
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
 * @throws InputError on that input when the registry does not have it, or not for the platform
 */
export async function readNamedImage(
  reference: ImageReference,
  platform: Platform,
  registry: RegistryReader,
  input: string,
): Promise<Image> {
  const found = await blaming(input, () => registry.resolve(reference, platform));
  if (found === undefined) throw missingImage(reference, input, registry.places(reference, platform));
  return readImage(registry.source(reference.repository), found.manifest);
}
