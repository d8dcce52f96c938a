import type { Builder, RunImageNames } from '../../builder/metadata.ts';
import { chooseRunImage, runImageCandidates } from '../../builder/run-image.ts';
import { BuildpacksError, InputError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import type { NamedImage } from '../../inputs/request.ts';
import type { Image } from '../../image/source.ts';
import { REF_NAME_ANNOTATION } from '../../lifecycle/rewrite.ts';
import type { Log } from '../../ports/index.ts';
import { formatReference, type ImageReference } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { plannedImage, type PlannedRunImage } from '../plan.ts';
import { readNamedImage } from './builder.ts';

export interface ResolvedRunImage {
  readonly planned: PlannedRunImage;
  readonly reference: ImageReference;
  readonly image: Image;
  /** What `run.toml` must say; absent when the builder's own is right. */
  readonly overridden?: RunImageNames;
}

/**
 * Chooses the run image as pack does and reads it; no layer is pulled (`docs/design.md`, section 1).
 *
 * @throws InputError on `run-image` when it does not exist or is for another platform
 * @throws BuildpacksError `denied` when no name of it can be read
 */
export async function resolveRunImage(
  builder: Builder,
  request: { readonly override?: NamedImage; readonly outputRegistry?: string; readonly platform: Platform },
  registry: RegistryClient,
  log: Log,
): Promise<ResolvedRunImage> {
  const { override, outputRegistry } = request;
  const candidates = runImageCandidates({
    runImages: builder.runImages,
    ...(override !== undefined && { override }),
    ...(outputRegistry !== undefined && { outputRegistry }),
  });
  const chosen =
    override === undefined
      ? await chooseRunImage(candidates, (reference) => isReadable(reference, registry, log))
      : candidates[0];
  if (chosen === undefined) throw new BuildpacksError('internal', 'no run image was chosen');

  const { reference } = chosen;
  const image = await readNamedImage(reference, request.platform, registry, 'run-image');
  requirePlatform(image, reference, request.platform);
  const refName = image.manifest.annotations?.[REF_NAME_ANNOTATION];
  return {
    planned: {
      ...plannedImage(formatReference(reference), reference.repository, image),
      ...(refName !== undefined && { refName }),
    },
    reference,
    image,
    ...(override !== undefined && { overridden: chosen.names }),
  };
}

/** No access and no such image lead to the next mirror; trouble on the way there does too, since mirrors exist for that. */
async function isReadable(reference: ImageReference, registry: RegistryClient, log: Log): Promise<boolean> {
  try {
    return (await registry.headManifest(reference)) !== undefined;
  } catch (error) {
    if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
    log.debug(`the run image ${formatReference(reference)} can't be read: ${error.message}`);
    return false;
  }
}

function requirePlatform({ config }: Image, reference: ImageReference, platform: Platform): void {
  if (config.os === platform.os && config.architecture === platform.architecture) return;
  throw new InputError([
    {
      input: 'run-image',
      message: `"${formatReference(reference)}" is for ${config.os}/${config.architecture}, and the build is for ${platform.os}/${platform.architecture}`,
      hint: 'Use a run image that has this platform.',
    },
  ]);
}
