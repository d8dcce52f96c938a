import { InputError } from '../errors/index.ts';
import { DOCKER_HUB, type ImageReference, parseReference, type Repository } from '../reference/index.ts';

/** The name under which every configuration format knows Docker Hub. */
export const DOCKER_HUB_NAME = 'docker.io';
/** containerd's name for the rule of every registry that has no other. No registry can have it. */
export const ANY_REGISTRY = '_default';
const WILDCARD = /^\*(?:\.[A-Za-z0-9-]+)+$/;

/** A repository's name as prefixes are compared with it: `docker.io/library/busybox`. */
export function mirrorName({ registry, path }: Repository): string {
  return `${registry === DOCKER_HUB ? DOCKER_HUB_NAME : registry}/${path}`;
}

/** A reference with nothing left to add, as container runtimes know it: `docker.io/library/busybox:1`. */
export function fullName(reference: ImageReference): string {
  const name = mirrorName(reference.repository);
  return reference.kind === 'tag' ? `${name}:${reference.tag}` : `${name}@${reference.digest}`;
}

/** Whether a text has the form `*.host`, the only wildcard there is. */
export function isWildcard(prefix: string): boolean {
  return WILDCARD.test(prefix);
}

/**
 * The part of a name that a prefix stands for; undefined when it does not match. As `containers/image` compares: a prefix ends where a
 * port, path, tag or digest begins, so `example.com` matches `example.com:5000`, and `*.host` any name below the host.
 */
export function matchPrefix(name: string, prefix: string): string | undefined {
  const end = endOfMatch(name, prefix);
  if (end === undefined || (end < name.length && !':/@'.includes(name.charAt(end)))) return undefined;
  return name.slice(0, end);
}

function endOfMatch(name: string, prefix: string): number | undefined {
  if (prefix === ANY_REGISTRY) return name.includes('/') ? name.indexOf('/') : name.length;
  return prefix.startsWith('*.') ? endOfWildcard(name, prefix.slice(1)) : endOfPrefix(name, prefix);
}

function endOfPrefix(name: string, prefix: string): number | undefined {
  return prefix !== '' && name.startsWith(prefix) ? prefix.length : undefined;
}

function endOfWildcard(name: string, domain: string): number | undefined {
  const start = name.indexOf(domain);
  return start === -1 || name.slice(0, start).includes('/') ? undefined : start + domain.length;
}

/**
 * Puts a location in the place of the part of `name` that the prefix matches. Undefined when the prefix does not match, or when what
 * comes out is no name with a registry and a path.
 *
 * @param location empty leaves the name as it is, which only a wildcard may ask for
 */
export function rewriteName(name: string, prefix: string, location: string): string | undefined {
  const matched = matchPrefix(name, prefix);
  if (matched === undefined) return undefined;
  if (location === '') return isWildcard(prefix) ? name : undefined;
  const rewritten = location + name.slice(matched.length);
  return isFullName(rewritten) ? rewritten : undefined;
}

/** Whether a text is a reference with nothing left to add: no registry, and no `library/` of Docker Hub. */
export function isFullName(text: string): boolean {
  const host = text.slice(0, Math.max(text.indexOf('/'), 0));
  if (!/[.:]/.test(host) && host !== 'localhost') return false;
  try {
    return text.startsWith(mirrorName(parseReference(text).repository));
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
