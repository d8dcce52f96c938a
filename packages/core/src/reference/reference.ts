import { InputError } from '../errors/index.ts';
import { type Digest, isDigest } from './digest.ts';
import { canonicalRegistry, DOCKER_HUB, formatRepository, isRegistryHost, type Repository } from './repository.ts';

/** An image by tag: what the registry answers may change. */
export interface TagReference {
  readonly kind: 'tag';
  readonly repository: Repository;
  readonly tag: string;
}

/** An image by content. A tag that was written beside the digest is kept for people only. */
export interface DigestReference {
  readonly kind: 'digest';
  readonly repository: Repository;
  readonly digest: Digest;
  readonly tag?: string;
}

export type ImageReference = TagReference | DigestReference;

const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** The distribution limit on `registry/path`. */
const MAX_NAME = 255;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Reads `[registry/]path[:tag][@sha256:…]` as Docker does: without a registry it is Docker Hub, without tag and digest it is `latest`.
 *
 * @param input the input's name, for the error
 * @param written what the error quotes, where the text is not as the user wrote it
 * @throws InputError naming the part that is wrong and quoting the text
 */
export function parseReference(text: string, input = 'image', written = text): ImageReference {
  const fail = (message: string, hint?: string) =>
    new InputError([{ input, message: `"${written}" is not an image reference: ${message}`, ...(hint && { hint }) }]);

  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    throw fail(`"${digest}" is not a digest`, 'Write the digest as sha256: and 64 lower-case hexadecimal digits.');
  }
  const { name, tag } = splitTag(named);
  if (tag !== undefined && !isTag(tag)) {
    throw fail(`"${tag}" is not a tag`, 'A tag has at most 128 letters, digits, dots, dashes and underscores.');
  }
  const repository = parseName(name, fail);
  if (digest === undefined) return { kind: 'tag', repository, tag: tag ?? 'latest' };
  return { kind: 'digest', repository, digest, ...(tag !== undefined && { tag }) };
}

/** `host:5000/a` has a port and no tag; `a:5000` has a tag. */
function splitTag(named: string): { name: string; tag?: string } {
  const colon = named.lastIndexOf(':');
  if (colon === -1 || colon < named.lastIndexOf('/')) return { name: named };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1) };
}

function parseName(name: string, fail: (message: string, hint?: string) => InputError): Repository {
  if (name === '') throw fail('it has no name');
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasRegistry = isRegistry(first);
  if (hasRegistry && !isRegistryHost(first)) throw fail(`"${first}" is not a registry host`);

  const registry = hasRegistry ? canonicalRegistry(first) : DOCKER_HUB;
  if (hasRegistry && !isRegistry(registry)) {
    const hint = `Use lower case for Docker Hub's ${name.toLowerCase()}; a registry of that name needs its port: ${registry}:443.`;
    throw fail(`"${first}" may be a registry or a namespace of Docker Hub`, hint);
  }
  const path = hasRegistry ? name.slice(slash + 1) : name;
  for (const component of path.split('/')) {
    if (PATH_COMPONENT.test(component)) continue;
    const hint = PATH_COMPONENT.test(component.toLowerCase())
      ? `Use lower case: ${name.toLowerCase()}.`
      : 'Each part between slashes has lower-case letters and digits, joined by one of . _ __ or dashes.';
    throw fail(`"${component}" is not a repository path component`, hint);
  }
  const official = registry === DOCKER_HUB && !path.includes('/');
  const repository = { registry, path: official ? `library/${path}` : path };
  if (formatRepository(repository).length > MAX_NAME) throw fail(`the name is longer than ${MAX_NAME} characters`);
  return repository;
}

/** Whether the first of several parts of a name is a registry, as Docker decides it. */
function isRegistry(first: string): boolean {
  return /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
}

/** The long form: `index.docker.io/library/busybox:1`, `host/path@sha256:…`. */
export function formatReference(reference: ImageReference): string {
  const name = formatRepository(reference.repository);
  return reference.kind === 'tag' ? `${name}:${reference.tag}` : `${name}@${reference.digest}`;
}

/** The short form that people write: `busybox:1`, `paketobuildpacks/builder:base`; with a registry where it would mean another. */
export function familiarReference(reference: ImageReference): string {
  const long = formatReference(reference);
  if (reference.repository.registry !== DOCKER_HUB) return long;
  const name = long.slice(DOCKER_HUB.length + 1);
  const [first = '', ...rest] = reference.repository.path.split('/');
  if (first === 'library' && rest.length === 1) return name.slice('library/'.length);
  return isRegistry(first) ? `docker.io/${name}` : name;
}

/** The same image by content. */
export function atDigest(reference: ImageReference, digest: Digest): DigestReference {
  const tag = reference.tag;
  return { kind: 'digest', repository: reference.repository, digest, ...(tag !== undefined && { tag }) };
}

/** What follows `/manifests/` in the distribution API. */
export function manifestName(reference: ImageReference): string {
  return reference.kind === 'tag' ? reference.tag : reference.digest;
}
