import { InputError } from '../errors/index.ts';
import type { BuildRequest } from '../inputs/index.ts';
import { lockedReference } from '../lock/locked-images.ts';
import type { ImageReference } from '../reference/index.ts';
import type { ImagePurpose } from './report.ts';
import type { Subject } from './subjects.ts';

/** What is asked for, or why a locked build does not ask. */
export type Reading = { readonly reference: ImageReference } | { readonly refusal: InputError };

/** The images that a lock names; caches, earlier images and destinations are no matter of it. */
const LOCKED: ReadonlySet<ImagePurpose> = new Set(['builder', 'run-image', 'buildpack']);

/** What a build asks for an image: with a lock its digest there, whatever the tag says now. */
export function readingOf({ purpose, reference }: Subject, { lock, platform }: BuildRequest): Reading {
  if (lock === undefined || !LOCKED.has(purpose)) return { reference };
  try {
    return { reference: lockedReference(reference, platform, lock) };
  } catch (error) {
    if (error instanceof InputError) return { refusal: error };
    throw error;
  }
}
