import { isInside } from '../files/file-kind.ts';
import { type BuildpackLocator, parseLocator } from '../inputs/index.ts';
import { inputError } from '../errors/problems.ts';

/** The app that a descriptor belongs to. */
export interface LocatorContext {
  /** The directory of the descriptor, where its relative paths start. */
  readonly base: string;
  /** The app directory; absent when the app is an archive, and nothing in it can be pointed to. */
  readonly appDirectory: string | undefined;
}

/**
 * Reads a `uri` of a descriptor. Whoever may change the app may change this file: so it may name what is on the builder,
 * what is inside the app with all links resolved, and images whose content is fixed by a digest; nothing else.
 *
 * @throws InputError without a place in the file
 */
export function parseDescriptorLocator(uri: string, input: string, context: LocatorContext): BuildpackLocator {
  const scheme = /^(file|http|https):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    const hint =
      scheme === 'file'
        ? 'Write a path inside the app, relative to this file.'
        : 'Name an image by digest, or give the URL with the input "buildpacks".';
    throw inputError(input, `a project descriptor may not name a ${scheme}: URL`, hint);
  }
  const locator = parseLocator(uri, context.base, input);
  switch (locator.kind) {
    case 'path':
      if (context.appDirectory !== undefined && isInside(locator.path, context.appDirectory)) return locator;
      throw inputError(
        input,
        `"${uri}" is not inside the app`,
        'Move the buildpack into the app, or name it with the input "buildpacks".',
      );
    case 'image':
      if (locator.reference.kind === 'digest') return locator;
      throw imageByTag(uri, input);
    case 'name':
      if (locator.image?.kind === 'digest') return { kind: 'image', reference: locator.image };
      if (/[:]/.test(uri)) throw imageByTag(uri, input);
      return {
        kind: 'name',
        text: locator.text,
        id: locator.id,
        ...(locator.version !== undefined && { version: locator.version }),
      };
    case 'builder-order':
    case 'on-builder':
    case 'url':
    case 'inline':
      return locator;
  }
}

function imageByTag(uri: string, input: string) {
  return inputError(
    input,
    `the image "${uri}" has no digest`,
    'A project descriptor names images by digest: NAME@sha256:…; the input "buildpacks" also takes tags.',
  );
}
