import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inputError } from '../../errors/problems.ts';
import { fileAddress } from '../../network/file-address.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import { makeRealFolders } from '../../files/real-folders.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import { verified } from '../../layout/verified-stream.ts';
import type { LockedDependency } from '../../lock/locked-dependency.ts';
import { type Digest, hexOf } from '../../reference/index.ts';
import { dependencyFile } from '../content/bundle-files.ts';
import { hashOfFile } from '../content/content-hash.ts';
import { explainFull } from '../content/disk-room.ts';
import type { BundleSource } from '../load/bundle-source.ts';

/** Where the dependencies of a bundle go. */
export interface DependencyTarget {
  /** Absolute. */
  readonly directory: string;
  /** How builds reach what is in it: ends in a slash. */
  readonly prefix: URL;
}

/** The binding's folder in the target, and the files' one. */
const [BINDING, FILES] = ['binding', 'sha256'] as const;

/**
 * @param directory absolute
 * @param prefix an https address under which the directory's content is served, or a `file:` one where builds see it elsewhere; undefined: builds see the directory under its own name
 * @throws InputError on `dependency-uri`
 */
export function dependencyTarget(directory: string, prefix: string | undefined): DependencyTarget {
  if (prefix === undefined) {
    requirePlainPath(directory, 'dependencies-to');
    return { directory, prefix: pathToFileURL(`${directory}/`) };
  }
  const url = URL.canParse(prefix) ? new URL(prefix) : undefined;
  const isPlain = url?.search === '' && url.hash === '';
  if (url !== undefined && url.username + url.password !== '') {
    throw inputError(
      'dependency-uri',
      'it has a user or a password',
      'Bindings are no place for it here: serve the files without.',
    );
  }
  if (url === undefined || !isPlain || !['https:', 'file:'].includes(url.protocol)) {
    throw inputError(
      'dependency-uri',
      `"${prefix}" is no address that buildpacks fetch from`,
      'Write https://HOST/PATH/, or file:///PATH/ where builds see the directory elsewhere.',
    );
  }
  if (url.protocol === 'file:') requirePlainPath(pathOf(url), 'dependency-uri');
  return { directory, prefix: new URL(url.href.replace(/\/*$/, '/')) };
}

/** Of two libraries one takes an address for a path, and the other one for what a path is made of. */
function requirePlainPath(place: string | undefined, input: string): void {
  if (place !== undefined && !/[%?#\p{Cc}]/u.test(place)) return;
  const message = `"${place ?? 'it'}" has a character that not all buildpacks find files by`;
  throw inputError(input, message, 'Use a path without %, ? and #.');
}

/** Undefined where a slash is escaped. */
function pathOf(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function addressOf(prefix: URL, place: readonly string[]): string {
  if (prefix.protocol === 'file:') return fileAddress(path.join(fileURLToPath(prefix), ...place));
  return new URL(place.map(encodeURIComponent).join('/'), prefix).href;
}

/**
 * Writes dependencies as `sha256/<hex>/<name>`, the name that their URI has, which tools look at; and beside them a binding that leads
 * buildpacks there: type `dependency-mapping`, a file for each with its sha256 as the name (libpak
 * `dependency_cache.go`, packit `dependency_mappings.go`).
 *
 * @param source a bundle that was checked
 * @returns the binding's folder
 * @throws InputError on `dependencies-to`; BuildpacksError `machine` when the disk is full
 */
export async function writeDependencies(
  dependencies: readonly LockedDependency[],
  target: DependencyTarget,
  source: BundleSource,
): Promise<string> {
  const { directory } = target;
  const binding = path.join(directory, BINDING);
  try {
    await requireFolders(directory, [BINDING]);
    for (const dependency of dependencies) await writeDependency(dependency, target, source);
    await writeFileWhole(path.join(binding, 'type'), [Buffer.from('dependency-mapping')]);
  } catch (error) {
    throw explainFull(error, directory, 'Give a directory on a file system that takes larger files.');
  }
  return binding;
}

async function writeDependency(
  dependency: LockedDependency,
  { directory, prefix }: DependencyTarget,
  source: BundleSource,
): Promise<void> {
  const { digest, uri } = dependency;
  const place = [FILES, hexOf(digest), fileNameOf(uri)];
  await requireFolders(directory, place.slice(0, -1));
  if (!(await isThere(directory, place, dependency))) {
    await writeFileWhole(path.join(directory, ...place), contentOf(digest, source));
  }
  await writeFileWhole(path.join(directory, BINDING, hexOf(digest)), [Buffer.from(addressOf(prefix, place))]);
}

/** Compared while it is written: it may have changed since the bundle was checked. */
function contentOf(digest: Digest, source: BundleSource): AsyncIterable<Uint8Array> {
  const file = dependencyFile(digest);
  const content = Readable.from(source.open(file), { objectMode: false });
  return verified(content, { digest, size: source.files.get(file) ?? 0, mediaType: '' }, `"${source.name}"`);
}

/** The last part of the path; `file` where there is none that is safe as a name, and short enough for file systems. */
function fileNameOf(uri: string): string {
  const last = new URL(uri).pathname.split('/').at(-1) ?? '';
  return /^[\w+-][\w.+-]{0,199}$/.test(last) ? last : 'file';
}

async function requireFolders(directory: string, parts: readonly string[]): Promise<void> {
  const obstacle = await makeRealFolders(directory, parts);
  if (obstacle === undefined) return;
  throw inputError('dependencies-to', `"${obstacle}" is in the place of a folder`, 'Give a new directory.');
}

async function isThere(directory: string, place: readonly string[], { digest }: LockedDependency): Promise<boolean> {
  const handle = await openRegularFile(directory, place);
  if (handle === undefined) return false;
  return (await hashOfFile(handle)).digest === digest;
}
