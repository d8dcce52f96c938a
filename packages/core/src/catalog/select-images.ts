import { type BuildpacksError, InputError } from '../errors/index.ts';
import { inputError, Problems } from '../errors/problems.ts';
import { globTest } from '../glob/glob.ts';
import type { Log } from '../ports/index.ts';
import { familiarReference, type ImageReference, type Repository } from '../reference/index.ts';
import { formatPrefix, type RepositoryPrefix } from '../registry/index.ts';
import { type Exclusion, withoutExcluded } from './exclusion.ts';
import { type LeftOut, leftOutFor } from './left-out.ts';
import { type FoundImages, imagesBelow, type ListingRegistry } from './registry-images.ts';
import { keepsOldImage, type RollbackTags } from './rollback-tag.ts';

/** Which images a command is about. */
export interface ImageSelection {
  /** That the user named, in arguments and lists. */
  readonly images: readonly ImageReference[];
  /** Below which all images are meant. */
  readonly below: readonly RepositoryPrefix[];
  /** The input that names these places, for problems. Default: `all`. */
  readonly placesInput?: string;
  /** Patterns with `*` for the tags below; empty: all. */
  readonly tags: readonly string[];
  /** Images that are left out, named or found. */
  readonly exclusion: Exclusion;
  /** How old images are kept, where that is not usual. */
  readonly rollback?: RollbackTags;
  /** `read`: also tags below places that keep old images, which some other image may have been pushed under. Default: these are left out. */
  readonly keptImages?: 'read';
  /** Images, and repositories, that are worked on at once. */
  readonly parallel: number;
}

/** An image to look at, and whether the user has named it rather than where to look. */
export interface SelectedImage {
  readonly reference: ImageReference;
  readonly isNamed: boolean;
}

/** What could not be looked at. */
export interface NotFound {
  readonly repository: Repository;
  readonly tags: readonly string[];
  readonly error: BuildpacksError;
}

/** All names of a selection. */
export interface SelectedImages {
  readonly selected: readonly SelectedImage[];
  readonly failures: readonly NotFound[];
  readonly leftOut: readonly LeftOut[];
}

export interface SelectionContext {
  readonly registry: ListingRegistry;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Names that the user gave come first; what is found again below a prefix is one of these.
 *
 * @throws InputError when there is nothing at all where the selection looks for images
 */
export async function selectImages(
  selection: ImageSelection,
  { registry, log, signal }: SelectionContext,
): Promise<SelectedImages> {
  const named = new Map(
    selection.images.map((reference): [string, SelectedImage] => [
      familiarReference(reference),
      { reference, isNamed: true },
    ]),
  );
  const isNew = (reference: ImageReference) => !named.has(familiarReference(reference));
  const failures: NotFound[] = [];
  const old: ImageReference[] = [];
  const attached: ImageReference[] = [];
  for (const prefix of selection.below) {
    const found = await lookBelow(prefix, selection, { registry, signal });
    failures.push(...found.failures);
    old.push(...found.old.filter(isNew));
    attached.push(...found.attached.filter(isNew));
    for (const reference of found.images.filter(isNew)) {
      named.set(familiarReference(reference), { reference, isNamed: false });
    }
  }
  if (named.size + old.length === 0) throwProblems(failures);
  const { kept, excluded } = withoutExcluded([...named.values()], selection.exclusion, log);
  const leftOut = [
    ...leftOutFor('excluded', excluded),
    ...leftOutFor('keeps-old-image', old),
    ...leftOutFor('attached', attached),
  ];
  return { selected: kept, failures, leftOut };
}

interface FoundBelow extends Pick<FoundImages, 'images' | 'attached'> {
  /** Kept by a rebase, and not to be looked at. */
  readonly old: readonly ImageReference[];
  readonly failures: readonly NotFound[];
}

async function lookBelow(
  prefix: RepositoryPrefix,
  selection: ImageSelection,
  { registry, signal }: Pick<SelectionContext, 'registry' | 'signal'>,
): Promise<FoundBelow> {
  const { tags, parallel, rollback, keptImages } = selection;
  const found = await imagesBelow(prefix, registry, { parallel, signal });
  const isWanted = tagFilter(tags);
  const images = found.images.filter(isWanted);
  const failures: NotFound[] = found.failures.map((failure) => ({ ...failure, tags: [] }));
  if (images.length + failures.length === 0) failures.push(nothingAt(prefix, selection));
  // By all tags: what one of them keeps may be that of another which is not wanted.
  const isOld = keptImages === 'read' ? () => false : keepsOldImage(found.images, rollback);
  return {
    images: images.filter((reference) => !isOld(reference)),
    old: images.filter(isOld),
    attached: found.attached.filter(isWanted),
    failures,
  };
}

function tagFilter(patterns: readonly string[]): (reference: ImageReference) => boolean {
  const tests = patterns.map((pattern) => globTest(pattern, 'text'));
  return ({ tag = '' }) => tests.length === 0 || tests.some((fits) => fits(tag));
}

/** A slip in a name must not look like a place where all is well. */
function nothingAt(prefix: RepositoryPrefix, { tags, placesInput = 'all' }: ImageSelection): NotFound {
  const patterns = tags.length === 0 ? '' : ` with a tag like ${tags.map((tag) => `"${tag}"`).join(', ')}`;
  const message = `there is no image at "${formatPrefix(prefix)}"${patterns}`;
  const hint = 'Check the name and "tags", and that these credentials may read it.';
  return { repository: prefix, tags: [], error: inputError(placesInput, message, hint) };
}

/** All that is wrong with where to look, when there is nothing anywhere. */
function throwProblems(failures: readonly NotFound[]): void {
  const problems = new Problems();
  for (const { error } of failures) {
    if (error instanceof InputError) for (const problem of error.problems) problems.add(problem);
  }
  if (failures.every(({ error }) => error instanceof InputError)) problems.throwIfAny();
}
