import type { Builder, RunImageNames } from '../../builder/metadata.ts';
import { type RunImageCandidate, runImageCandidates } from '../../builder/run-image.ts';
import { NotLockedError } from '../../lock/locked-images.ts';
import { BuildpacksError, InputError } from '../../errors/index.ts';
import type { Platform } from '../../image/manifest.ts';
import type { NamedImage } from '../../inputs/request.ts';
import { type Image, readImage } from '../../image/source.ts';
import { optional } from '../../json/json.ts';
import { REF_NAME_ANNOTATION } from '../../lifecycle/rewrite.ts';
import type { Log } from '../../ports/index.ts';
import { formatReference, type ImageReference } from '../../reference/index.ts';
import { RegistryError, type RegistryReader } from '../../registry/index.ts';
import { plannedImage, type PlannedRunImage } from '../plan.ts';
import { blaming } from './blame.ts';
import { readNamedImage } from './builder.ts';
import { isAbsence, missingImage, MissingImageError } from './missing-image.ts';

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
 * @throws BuildpacksError `temporary`, `denied` or `policy` when no name of it can be read
 */
export async function resolveRunImage(
  builder: Pick<Builder, 'runImages'>,
  request: { readonly override?: NamedImage; readonly outputRegistry?: string; readonly platform: Platform },
  registry: RegistryReader,
  log: Log,
): Promise<ResolvedRunImage> {
  const { override, outputRegistry, platform } = request;
  const candidates = runImageCandidates({
    runImages: builder.runImages,
    ...(override !== undefined && { override }),
    ...(outputRegistry !== undefined && { outputRegistry }),
  });
  const { candidate, image } =
    override === undefined
      ? await firstReadable(candidates, platform, registry, log)
      : await readOverride(candidates, platform, registry);
  const { reference, names } = candidate;
  requirePlatform(image, reference, platform);
  const refName = image.manifest.annotations?.[REF_NAME_ANNOTATION];
  return {
    planned: {
      ...plannedImage(formatReference(reference), reference.repository, image),
      ...(refName !== undefined && { refName }),
    },
    reference,
    image,
    ...(override !== undefined && { overridden: names }),
  };
}

interface ReadCandidate {
  readonly candidate: RunImageCandidate;
  readonly image: Image;
}

async function readOverride(
  [candidate]: readonly RunImageCandidate[],
  platform: Platform,
  registry: RegistryReader,
): Promise<ReadCandidate> {
  if (candidate === undefined) throw new BuildpacksError('internal', 'there is no run image to choose');
  return { candidate, image: await readNamedImage(candidate.reference, platform, registry, 'run-image') };
}

/** No access and no such image lead to the next mirror; trouble on the way there does too, since mirrors exist for that. */
async function firstReadable(
  candidates: readonly RunImageCandidate[],
  platform: Platform,
  registry: RegistryReader,
  log: Log,
): Promise<ReadCandidate> {
  const failures: BuildpacksError[] = [];
  for (const candidate of candidates) {
    const { reference } = candidate;
    try {
      const found = await blaming('run-image', () => registry.resolve(reference, platform), ['image']);
      if (found !== undefined)
        return { candidate, image: await readImage(registry.source(reference.repository), found.manifest) };
      throw missingImage(reference, 'run-image', registry.places(reference, platform));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      log.debug(`the run image ${formatReference(reference)} can't be read: ${error.message}`);
      failures.push(error);
    }
  }
  throw noneReadable(candidates, failures);
}

/** Not the registry's answer that the image is there but of no use, and not the end of the whole build. */
function isRefusal(error: unknown): error is BuildpacksError {
  if (error instanceof RegistryError) return error.code !== 'cancelled' && (error.status ?? 400) >= 400;
  if (error instanceof NotLockedError || error instanceof MissingImageError) return true;
  return error instanceof BuildpacksError && error.code === 'policy';
}

function noneReadable(candidates: readonly RunImageCandidate[], failures: readonly BuildpacksError[]): BuildpacksError {
  const [first] = failures;
  // A lock leaves names out that nobody can read: what happened to the others tells more.
  const known = failures.filter((one) => !(one instanceof NotLockedError));
  if (first !== undefined && known.length === 0) return first;
  if (known.length > 0 && known.every(isAbsence)) return allMissing(known);
  const tried = candidates.map(({ reference }) => formatReference(reference)).join(', ');
  const telling = known.find((one) => !isAbsence(one));
  const codes = (['temporary', 'denied', 'policy'] as const).filter((code) => known.some((one) => one.code === code));
  const reason = telling === undefined ? '' : `: ${telling.message}`;
  return new BuildpacksError(codes[0] ?? 'denied', `no run image can be read; tried ${tried || 'none'}${reason}`, {
    hint: 'Give credentials for one of these, or name a readable one with the input run-image.',
    ...optional('cause', telling),
  });
}

function allMissing(failures: readonly BuildpacksError[]): MissingImageError {
  const reasons = failures.map(
    (one) => (one instanceof InputError ? one.problems[0]?.message : undefined) ?? one.message,
  );
  const [hint] = failures.flatMap((one) => one.hint ?? []);
  const message = `no run image can be read: ${reasons.join('; ')}`;
  return new MissingImageError([{ input: 'run-image', message, ...optional('hint', hint) }], { cause: failures[0] });
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
