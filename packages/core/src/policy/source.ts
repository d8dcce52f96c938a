import path from 'node:path';
import type { InputError } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import { isBelow, readSmallFile, realPlace } from '../files/file-kind.ts';
import { findRepository } from '../git/repository.ts';
import { type DigestReference, parseReference } from '../reference/index.ts';
import { parsePolicy } from './parse.ts';
import type { Policy } from './policy.ts';

/** A policy as an input names it: a file is read at once, an artifact when registries are asked. */
export type PolicySource =
  | { readonly kind: 'file'; readonly policy: Policy }
  /** `name` is `oci://…` as it was given. */
  | { readonly kind: 'artifact'; readonly name: string; readonly reference: DigestReference };

/** Where relative paths start, and what a stranger may have written. */
export interface PolicySurroundings {
  readonly workingDirectory: string;
  /** Folders of code that is not trusted; no policy is taken from their checkouts. Empty in trusted runs. */
  readonly untrusted: readonly string[];
}

const SCHEME = 'oci://';
/** No policy is larger; it travels in the plan. */
export const MAX_POLICY = 256 * 1024;

/**
 * Reads one item of the input `policy`: a path, or `oci://registry/repository@sha256:…`.
 *
 * @throws InputError when it can't be had or is no policy, when an artifact has no digest, and when it is in a checkout that is not trusted
 */
export function parsePolicySource(text: string, surroundings: PolicySurroundings): PolicySource {
  if (text.startsWith(SCHEME)) return artifactSource(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw inputError('policy', `"${text}" can't be read`, 'Write a path, or oci://registry/repository@sha256:….');
  }
  const file = path.resolve(surroundings.workingDirectory, text);
  const checkout = surroundings.untrusted.map(checkoutOf).find((folder) => isWithin(file, folder));
  if (checkout !== undefined) throw inCheckout(text, checkout);
  return { kind: 'file', policy: readPolicyFile(file, text) };
}

/** @throws InputError when it is not there, or no policy */
export function readPolicyFile(file: string, name: string): Policy {
  const bytes = readSmallFile(file, MAX_POLICY);
  if (typeof bytes === 'string') throw inputError('policy', `"${name}" ${bytes}`);
  return policyOf(bytes, name);
}

/** @throws InputError when it is no policy */
export function policyOf(bytes: Uint8Array, name: string): Policy {
  try {
    return parsePolicy(new TextDecoder('utf-8', { fatal: true }).decode(bytes), name);
  } catch (error) {
    if (error instanceof TypeError) throw inputError('policy', `"${name}" is no text in UTF-8`);
    throw error;
  }
}

function artifactSource(text: string): PolicySource {
  const reference = parseReference(text.slice(SCHEME.length), 'policy', text);
  if (reference.kind === 'digest') return { kind: 'artifact', name: text, reference };
  const hint = `Write ${text}@sha256:…; "buildpacks-ci policy push" prints it.`;
  throw inputError('policy', `"${text}" has no digest, and whoever moves the tag would change the rules`, hint);
}

/** The top of the checkout that a folder is in, or the folder. */
function checkoutOf(folder: string): string {
  const repository = findRepository(folder)?.directory;
  let top = folder;
  while (repository !== undefined && top !== path.dirname(top)) {
    if (findRepository(path.dirname(top))?.directory !== repository) break;
    top = path.dirname(top);
  }
  return top;
}

/** By the path as it is written, since a link in the checkout may lead out of it, and by where that leads. */
function isWithin(file: string, folder: string): boolean {
  return isBelow(file, folder) || isBelow(realPlace(file), realPlace(folder));
}

function inCheckout(text: string, checkout: string): InputError {
  return inputError(
    'policy',
    `"${text}" is in "${checkout}", which an untrusted run may have changed`,
    'Name a file outside of the checkout, or oci://registry/repository@sha256:….',
  );
}
