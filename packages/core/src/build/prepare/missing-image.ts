import { InputError } from '../../errors/index.ts';
import { imageName } from '../../lock/image-name.ts';
import type { AskedPlace } from '../../mirrors/index.ts';
import { familiarReference, type ImageReference } from '../../reference/index.ts';
import { RegistryError } from '../../registry/index.ts';

/** Nobody who was asked has an image. */
export class MissingImageError extends InputError {}

/**
 * What to throw when nobody has the image that an input names.
 *
 * @param places who was asked; none: the registry of its name
 */
export function missingImage(
  reference: ImageReference,
  input: string,
  places: readonly AskedPlace[] = [],
): MissingImageError {
  const isLocked = reference.kind === 'tag' && places.some(({ digest }) => digest !== undefined);
  const origins = [...new Set(places.flatMap(({ origin }) => origin ?? []))];
  const isPlain = !isLocked && origins.length === 0;
  const message = isPlain
    ? `"${familiarReference(reference)}" does not exist on ${reference.repository.registry}`
    : `"${imageName(reference)}" is not at ${places.map(describePlace).join(', ')}`;
  return new MissingImageError([{ input, message, hint: hintFor(origins, isLocked) }]);
}

/** Whether an error says that an image, or a part of it, is not there, rather than that it can't be read. */
export function isAbsence(error: unknown): boolean {
  return error instanceof MissingImageError || (error instanceof RegistryError && error.status === 404);
}

function describePlace({ name, digest, origin }: AskedPlace): string {
  return `${name}${digest === undefined ? '' : `@${digest}`}${origin === undefined ? '' : ` (${origin})`}`;
}

function hintFor(origins: readonly string[], isLocked: boolean): string {
  const check = `Check ${origins.join(' and ')}`;
  if (isLocked && origins.length > 0) return `${check}, or load the bundle of this lock there.`;
  if (isLocked) {
    return 'It may have been deleted: name a mirror that has it, or look it up anew where it can be reached: buildpacks-ci lock --update.';
  }
  if (origins.length > 0) return `${check}, the name and the tag, and whether the image was loaded there.`;
  return 'Check the name and the tag; some registries say so too when the credentials may not read the repository.';
}
