import { BuildpacksError } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import type { LeftOut } from '../catalog/left-out.ts';
import type { RawManifest } from '../image/manifest.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { type Digest, familiarReference, formatRepository, type ImageReference } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { RebaseRequest } from './inputs.ts';
import { type NotFound, type SelectedImage, selectImages, type SelectionContext } from '../catalog/select-images.ts';
import type { Subject, TagTarget } from './subject.ts';

/** A subject, and whether the user has named it rather than where to look. */
export interface FoundSubject {
  readonly subject: Subject;
  readonly isNamed: boolean;
}

export interface FoundSubjects {
  readonly subjects: readonly FoundSubject[];
  readonly failures: readonly NotFound[];
  /** What was not read any more, since the run was ended. */
  readonly unread: readonly ImageReference[];
  readonly leftOut: readonly LeftOut[];
}

interface FindContext extends SelectionContext {
  readonly registry: RegistryClient;
}

/**
 * Reads what all names of a request lead to. Tags of one repository that lead to the same image are one subject.
 *
 * @throws InputError when there is nothing at all where the request looks for images
 */
export async function findSubjects(request: RebaseRequest, context: FindContext): Promise<FoundSubjects> {
  const { selected, failures, leftOut } = await selectImages(request, context);
  const { previousImage, parallel } = request;
  if (previousImage === undefined) {
    const read = await readSubjects(selected, parallel, context);
    return { ...read, failures: [...failures, ...read.failures], leftOut };
  }
  const { registry } = context;
  const subjects = await mapInParallel(selected, 1, (result) => previousSubject(result, previousImage, registry));
  return { subjects, failures, unread: [], leftOut };
}

async function readSubjects(
  selected: readonly SelectedImage[],
  parallel: number,
  { registry, signal }: FindContext,
): Promise<Omit<FoundSubjects, 'leftOut'>> {
  const failures: NotFound[] = [];
  const unread: ImageReference[] = [];
  const subjects = new Map<string, FoundSubject>();
  await mapInParallel(selected, parallel, async ({ reference, isNamed }) => {
    const { repository, tag } = reference;
    try {
      const raw = await readRoot(reference, registry);
      const key = `${formatRepository(repository)}@${raw.digest}`;
      const known = subjects.get(key);
      const targets = [...(known?.subject.targets ?? []), ...targetsOf(reference, raw.digest)].sort(byTag);
      const all = { subject: { repository, raw, targets }, isNamed: isNamed || known?.isNamed === true };
      subjects.set(key, all);
    } catch (error) {
      if (signal.aborted) {
        unread.push(reference);
        return;
      }
      if (!(error instanceof BuildpacksError)) throw error;
      failures.push({ repository, tags: tag === undefined ? [] : [tag], error });
    }
  });
  return { subjects: [...subjects.values()], failures, unread };
}

function byTag(a: TagTarget, b: TagTarget): number {
  return a.tag < b.tag ? -1 : 1;
}

function targetsOf({ repository, kind, tag = '' }: ImageReference, was: Digest): readonly TagTarget[] {
  return kind === 'tag' ? [{ repository, tag, was }] : [];
}

/** With `--previous-image` one image is read and another name gets the result. */
async function previousSubject(
  { reference: result }: SelectedImage,
  previous: ImageReference,
  registry: RegistryClient,
): Promise<FoundSubject> {
  const raw = await readRoot(previous, registry, 'previous-image');
  const was = (await registry.headManifest(result))?.digest;
  const targets = result.kind === 'tag' ? [{ repository: result.repository, tag: result.tag, was }] : [];
  return { subject: { repository: previous.repository, raw, targets }, isNamed: true };
}

async function readRoot(reference: ImageReference, registry: RegistryClient, input = 'image'): Promise<RawManifest> {
  const raw = await registry.ownManifest(reference);
  if (raw !== undefined) return raw;
  const name = familiarReference(reference);
  throw inputError(input, `"${name}" does not exist`, 'Check the name, and that these credentials may read it.');
}
