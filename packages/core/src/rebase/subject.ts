import { imagesOfIndex } from '../image/index-images.ts';
import { isManifestType } from '../image/media-types.ts';
import { type Descriptor, parseIndex, type RawManifest } from '../image/manifest.ts';
import { formatPlatform } from '../image/platform.ts';
import { type Image, readImage } from '../image/source.ts';
import { BuildpacksError } from '../errors/index.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { type Digest, familiarReference, formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import { type AppImage, readAppImage } from './app-image.ts';
import type { BaseImages, FoundBase } from './base-images.ts';
import { planRebase, type PlanOptions, type RebasePlan } from './plan.ts';
import { RebaseRefusal, refusal } from './refusal.ts';
import type { RunImageGuard } from './run-image-guard.ts';

/** An image that is to be rebased, under all of its tags. */
export interface Subject {
  /** Where it is. */
  readonly repository: Repository;
  /** A manifest, or an index. */
  readonly raw: RawManifest;
  /** Which tags get the rebased image: its own, or with `--previous-image` others. */
  readonly targets: readonly TagTarget[];
}

/** A tag, and what it was when we looked; undefined when it was not there. */
export interface TagTarget {
  readonly repository: Repository;
  readonly tag: string;
  readonly was: Digest | undefined;
}

/** The image of one platform, and what is to be done with it. */
export interface Edition {
  /** `linux/amd64` */
  readonly platform: string;
  /** Its entry in the index, if there is one. */
  readonly entry?: Descriptor;
  readonly app: AppImage;
  readonly base: FoundBase;
  readonly plan: RebasePlan;
}

export interface PlanContext extends PlanOptions {
  readonly registry: RegistryClient;
  readonly bases: BaseImages;
  readonly guard: RunImageGuard;
}

/**
 * Reads an image with all its platforms, finds their run images and decides.
 *
 * @throws RebaseRefusal when a rule stands against one of its platforms: an index is rebased as a whole
 */
export async function planSubject(subject: Subject, context: PlanContext): Promise<readonly Edition[]> {
  const { raw } = subject;
  if (isManifestType(raw.mediaType)) return [await planEdition(raw, undefined, { ...context, subject })];
  const entries = imagesIn(subject);
  if (entries.length === 0) throw refusal('built-with-buildpacks', 'its index holds no image', 'Rebase app images.');
  return mapInParallel(entries, AT_ONCE, async (entry) => {
    const manifest = await context.registry.ownManifest({ ...subject, kind: 'digest', digest: entry.digest });
    if (manifest === undefined) throw missing(subject, entry.digest);
    return planEdition(manifest, entry, { ...context, subject }).catch((error: unknown) => {
      throw error instanceof RebaseRefusal ? ofPlatform(error, entry) : error;
    });
  });
}

/** Of an index, images that are read at once. */
const AT_ONCE = 4;

async function planEdition(
  raw: RawManifest,
  entry: Descriptor | undefined,
  { subject, registry, bases, guard, force }: PlanContext & { readonly subject: Subject },
): Promise<Edition> {
  const image: Image = await readImage(registry.source(subject.repository), raw);
  const app = readAppImage(image);
  const output = subject.targets[0]?.repository ?? subject.repository;
  const base = await bases.findFor(app, output);
  const always = subject.targets.some(({ was }) => was !== subject.raw.digest);
  const plan = planRebase(app, base, { force, always });
  const violations = plan.kind === 'refused' ? [...plan.violations] : [];
  if (plan.kind !== 'current') violations.push(...guard.againstRebase(base, subject.targets));
  if (plan.kind === 'refused' || violations.length > 0) throw new RebaseRefusal(violations);
  return { platform: formatPlatform(image.config), ...(entry !== undefined && { entry }), app, base, plan };
}

/** An index that can't be rebased as a whole is refused: the registry and its answers are sound. */
function imagesIn({ repository, raw }: Subject): readonly Descriptor[] {
  const index = parseIndex(raw);
  try {
    return imagesOfIndex(index, familiarReference({ kind: 'digest', repository, digest: raw.digest }));
  } catch (error) {
    if (!(error instanceof BuildpacksError)) throw error;
    throw refusal('readable', error.message, 'Rebase what it holds, by names of its own.');
  }
}

function ofPlatform(error: RebaseRefusal, { platform }: Descriptor): RebaseRefusal {
  const name = platform === undefined ? 'an image of the index' : formatPlatform(platform);
  return new RebaseRefusal(error.violations.map((each) => ({ ...each, message: `${name}: ${each.message}` })));
}

function missing({ repository }: Subject, digest: Digest): BuildpacksError {
  return new BuildpacksError('image', `${formatRepository(repository)} lacks ${digest}, which its index names`);
}
