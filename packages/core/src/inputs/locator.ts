import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InputError } from '../errors/index.ts';
import { type Digest, type ImageReference, isDigest, parseReference } from '../reference/index.ts';
import { kindOf } from '../files/file-kind.ts';
import { inputError } from '../errors/problems.ts';

/** Where a buildpack comes from (the forms that pack knows, but for the public registry). */
export type BuildpackLocator =
  /** `from=builder`: the builder's whole order. */
  | { readonly kind: 'builder-order' }
  /** Must be on the builder; without a version the builder must hold exactly one. */
  | { readonly kind: 'on-builder'; readonly id: string; readonly version?: string }
  /**
   * An id on the builder, or else an image: only the builder can tell. `image` is absent when the text can be no image,
   * or names a buildpack of the public registry (`publicRegistryHint` explains then).
   */
  | {
      readonly kind: 'name';
      readonly text: string;
      readonly id: string;
      readonly version?: string;
      readonly image?: ImageReference;
    }
  /** A directory with a buildpack.toml, or a `.cnb`, tar or tgz file; an absolute path. */
  | { readonly kind: 'path'; readonly path: string; readonly is: 'directory' | 'file' }
  | { readonly kind: 'image'; readonly reference: ImageReference }
  /** An archive that must hash to `digest`. */
  | { readonly kind: 'url'; readonly url: string; readonly digest: Digest }
  /** A script written in project.toml. */
  | InlineBuildpack;

/** A buildpack whose build is a script in project.toml: it always detects. */
export interface InlineBuildpack {
  readonly kind: 'inline';
  readonly id: string;
  readonly version: string;
  /** The Buildpack API that it is written for. */
  readonly api: string;
  /** The interpreter in the script's first line, without `#!`. */
  readonly shell: string;
  readonly script: string;
}

const ON_BUILDER = /^(?:urn:cnb:builder|from=builder):(.+)$/;
const REGISTRY = /^urn:cnb:registry:(.*)$/;
const DOCKER = /^docker:\/{1,3}(.*)$/;
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//;
/** `namespace/name[@version]`: what pack looks up in the public registry when the builder does not have it. */
const REGISTRY_ID = /^[a-z0-9.-]+\/[a-z0-9.-]+(?:@\d+\.\d+\.\d+[0-9A-Za-z.+-]*)?$/;
const LOOKS_LIKE_PATH = /^(?:\.{0,2}\/|\.{1,2}$)|\.(?:cnb|tar|tgz|tar\.gz)$/;
const ID = /^[A-Za-z0-9._/-]+$/;

/**
 * Reads one buildpack locator. Tested in pack's order: the builder's, the public registry's, URLs, then a path that exists,
 * then a name.
 *
 * @param base the directory that relative paths start from
 * @param input the input's name, for the error
 * @throws InputError
 */
export function parseLocator(text: string, base: string, input: string): BuildpackLocator {
  const fail = (message: string, hint?: string) => inputError(input, message, hint);

  if (text === 'from=builder') return { kind: 'builder-order' };
  const onBuilder = ON_BUILDER.exec(text)?.[1];
  if (onBuilder !== undefined) {
    const { id, version } = splitVersion(onBuilder);
    if (!ID.test(id))
      throw fail(`"${text}" names no buildpack`, 'Write urn:cnb:builder:ID or urn:cnb:builder:ID@VERSION.');
    return { kind: 'on-builder', id, ...(version !== undefined && { version }) };
  }
  const registryId = REGISTRY.exec(text)?.[1];
  if (registryId !== undefined)
    throw fail(`"${text}" is in the public buildpack registry, which is not used`, imageHint(registryId));
  const docker = DOCKER.exec(text)?.[1];
  if (docker !== undefined) return { kind: 'image', reference: parseReference(docker, input) };
  if (SCHEME.test(text) || text.startsWith('file:')) return parseUrl(text, fail);
  return parseNaked(text, base, fail);
}

type Fail = (message: string, hint?: string) => InputError;

function parseUrl(text: string, fail: Fail): BuildpackLocator {
  if (!URL.canParse(text)) throw fail(`"${text}" is not a URL`);
  const url = new URL(text);
  if (url.protocol === 'file:') {
    if (url.host !== '') throw fail(`"${text}" names another machine`, 'Write file:///PATH, or the path alone.');
    return pathLocator(fileURLToPath(url), text, fail);
  }
  const shown = withoutUser(url);
  if (url.protocol === 'http:') {
    throw fail(`"${shown}" would be fetched in plain http`, 'Use https, with the digest after #: https://…#sha256:…');
  }
  if (url.protocol !== 'https:') throw fail(`"${shown}" can't be fetched`, 'Use https, docker://, or a path.');
  if (url.username !== '' || url.password !== '') {
    throw fail(
      `"${shown}" holds a user or a password`,
      'Fetch the file in an earlier step of the job and give its path.',
    );
  }
  const digest = url.hash.slice(1);
  if (!isDigest(digest)) {
    throw fail(
      `"${shown}" has no digest`,
      'Add the digest of the file after #: https://…#sha256: and 64 hexadecimal digits.',
    );
  }
  url.hash = '';
  return { kind: 'url', url: url.href, digest };
}

function withoutUser(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function parseNaked(text: string, base: string, fail: Fail): BuildpackLocator {
  const candidate = path.resolve(base, text);
  if (LOOKS_LIKE_PATH.test(text) || kindOf(candidate) !== undefined) return pathLocator(candidate, text, fail);
  const { id, version } = splitVersion(text);
  // A name alone could be an image of Docker Hub's own; it is more likely a misspelt id.
  const image = REGISTRY_ID.test(text) || !text.includes('/') ? undefined : imageOf(text);
  if (!ID.test(id) && image === undefined) {
    throw fail(
      `"${text}" is no buildpack id, path or image`,
      'Write ID[@VERSION], a path, docker://IMAGE or an https URL.',
    );
  }
  return { kind: 'name', text, id, ...(version !== undefined && { version }), ...(image !== undefined && { image }) };
}

function pathLocator(absolute: string, text: string, fail: Fail): BuildpackLocator {
  const is = kindOf(absolute);
  const hint = 'Give the path of a buildpack directory, or of a .cnb, tar or tgz file.';
  if (is === undefined) throw fail(`"${text}" does not exist`, hint);
  if (is === 'other') throw fail(`"${text}" is neither a directory nor a file`, hint);
  return { kind: 'path', path: absolute, is };
}

function splitVersion(text: string): { readonly id: string; readonly version?: string } {
  const at = text.lastIndexOf('@');
  return at === -1 ? { id: text } : { id: text.slice(0, at), version: text.slice(at + 1) };
}

function imageOf(text: string): ImageReference | undefined {
  try {
    return parseReference(text);
  } catch {
    return undefined;
  }
}

/** What else to do about a name that the builder does not have: set when it may be one of the public registry. */
export function publicRegistryHint(text: string): string | undefined {
  return REGISTRY_ID.test(text) ? imageHint(text) : undefined;
}

/** The public registry only points to images: name the image itself. */
function imageHint(id: string): string {
  const { id: name, version } = splitVersion(id);
  return `Name an image: docker://REGISTRY/${name === '' ? 'NAME' : name}${version === undefined ? '' : `:${version}`}, best with its digest (@sha256:…).`;
}
