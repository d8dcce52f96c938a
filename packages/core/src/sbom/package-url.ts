/** A package URL: `pkg:type/namespace/name@version?qualifiers#subpath`. */
export interface PackageUrl {
  /** Without version and all behind it. */
  readonly unversioned: string;
  /** Namespace and name, percent-encoded as they stand there. */
  readonly path: string;
}

/**
 * Takes a package URL apart; a text that is none is its own unversioned form, without what stands behind `?` or `#`.
 *
 * @see https://github.com/package-url/purl-spec
 */
export function splitPackageUrl(text: string): PackageUrl {
  const end = text.search(/[?#]/);
  const plain = end === -1 ? text : text.slice(0, end);
  const at = plain.lastIndexOf('@');
  const unversioned = at > 0 && !plain.includes('/', at) ? plain.slice(0, at) : plain;
  const slash = unversioned.startsWith('pkg:') ? unversioned.indexOf('/') : -1;
  return { unversioned, path: slash === -1 ? '' : unversioned.slice(slash + 1) };
}
