import type { Digest } from '../reference/index.ts';
import type { DocumentReader } from './document-reader.ts';
import { compareText } from './image-name.ts';

/** Something that a buildpack of the lock's images fetches while it builds. */
export interface LockedDependency {
  /** As the buildpack names it: `jdk`. */
  readonly id: string;
  readonly version: string;
  /** Where the buildpack fetches it; https. */
  readonly uri: string;
  readonly digest: Digest;
}

/** By id, version and digest, each digest once: several buildpacks may fetch the same file. */
export function sortedDependencies(dependencies: readonly LockedDependency[]): readonly LockedDependency[] {
  const byDigest = new Map(dependencies.toSorted(compareDependencies).map((each) => [each.digest, each]));
  return [...byDigest.values()].sort(compareDependencies);
}

function compareDependencies(a: LockedDependency, b: LockedDependency): number {
  return (
    compareText(a.id, b.id) ||
    compareText(a.version, b.version) ||
    compareText(a.digest, b.digest) ||
    compareText(a.uri, b.uri)
  );
}

export function dependencyValue({ id, version, uri, digest }: LockedDependency): object {
  return { id, version, uri, digest };
}

/** @param value of the lock's key `dependencies`; what is wrong with it is noted by the reader */
export function readDependencies(value: unknown, reader: DocumentReader): readonly LockedDependency[] {
  const read = reader.items(value, 'dependencies').flatMap((item, index) => {
    const at = `dependencies[${index}]`;
    const json = reader.record(item, at, ['id', 'version', 'uri', 'digest']);
    const [id, version, uri] = (['id', 'version', 'uri'] as const).map((key) => reader.text(json[key], `${at}.${key}`));
    const digest = reader.digest(json['digest'], `${at}.digest`);
    if (uri !== undefined && uri !== '' && !isHttps(uri)) reader.report(`${at}.uri`, `"${uri}" is no https address`);
    return id === undefined || version === undefined || uri === undefined || digest === undefined
      ? []
      : [{ id, version, uri, digest }];
  });
  const sorted = sortedDependencies(read);
  if (sorted.length < read.length) reader.report('dependencies', 'a digest is in it twice', 'Keep one of them.');
  return sorted;
}

/** Whether we fetch from there: nothing else proves who answers. */
export function isHttps(uri: string): boolean {
  return URL.canParse(uri) && new URL(uri).protocol === 'https:';
}
