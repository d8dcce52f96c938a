import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Entry, fromRandomAccessReaderPromise, openPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { BuildpacksError } from '../errors/index.ts';
import type { TarEntry } from './tar-entry.ts';
import { refused } from './tree-root.ts';
import { type TreeLimits, TreeWriter } from './tree-writer.ts';
import { bytesBeforeZip } from './zip-signature.ts';

export interface UnzipOptions {
  readonly limits?: TreeLimits;
  readonly signal?: AbortSignal;
}

/** The upper byte of "version made by": where the file attributes come from. */
const MADE_ON_UNIX = 3;
const FILE_TYPE = { mask: 0o170000, link: 0o120000, folder: 0o040000, file: 0o100000, none: 0 } as const;
/** Of zips without Unix attributes, all of Java's among them; what `pack` gives to their files. */
const DEFAULT_MODE = 0o777;
const MAX_LINK_TARGET = 4096;

/**
 * Unpacks a zip, jar or war below a directory and nowhere else. Modes come from Unix attributes where the file has them; symbolic
 * links are kept when their target is inside. Times are read as UTC.
 *
 * @param directory an existing directory that only this call writes to; on failure the caller removes it
 * @throws BuildpacksError `input` when the file is damaged, encrypted or leads out of the directory
 */
export async function unpackZip(file: string, directory: string, options: UnzipOptions = {}): Promise<void> {
  const tree = new TreeWriter(directory, { owners: false, ...(options.limits && { limits: options.limits }) });
  try {
    const zip = await openZip(file);
    for await (const entry of zip.eachEntry()) {
      options.signal?.throwIfAborted();
      await unpackEntry(zip, entry, tree);
    }
    tree.finish();
  } catch (error) {
    tree.abort();
    options.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new BuildpacksError('input', `"${file}" can't be unpacked: ${why}`, {
      hint: 'Give a directory, or a zip, jar or war file that is whole and not encrypted.',
      cause: error,
    });
  }
}

async function openZip(file: string): Promise<ZipFile> {
  const options = { validateEntrySizes: true };
  const start = bytesBeforeZip(file);
  if (start === 0) return openPromise(file, options);
  const { size } = await stat(file);
  return fromRandomAccessReaderPromise(new PartReader(file, start), size - start, { ...options, lazyEntries: true });
}

/** Reads a file from some byte on as if it began there. */
class PartReader extends RandomAccessReader {
  readonly #file: string;
  readonly #start: number;

  constructor(file: string, start: number) {
    super();
    this.#file = file;
    this.#start = start;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return createReadStream(this.#file, { start: this.#start + start, end: this.#start + end - 1 });
  }
}

async function unpackEntry(zip: ZipFile, entry: Entry, tree: TreeWriter): Promise<void> {
  const facts = factsOf(entry);
  if (facts.type === 'symlink') {
    tree.begin({ ...facts, size: 0, linkPath: await linkTarget(zip, entry) });
    return;
  }
  tree.begin(facts);
  if (facts.type === 'file') {
    const content: AsyncIterable<Uint8Array> = await zip.openReadStreamPromise(entry);
    for await (const chunk of content) tree.write(chunk);
  }
  tree.end();
}

function factsOf(entry: Entry): TarEntry {
  const fromUnix = entry.versionMadeBy >>> 8 === MADE_ON_UNIX;
  const attributes = fromUnix ? entry.externalFileAttributes >>> 16 : FILE_TYPE.none;
  const type = typeOf(entry, attributes & FILE_TYPE.mask);
  return {
    path: entry.fileName.replace(/\/+$/, ''),
    type,
    mode: attributes === 0 ? DEFAULT_MODE : attributes & 0o777,
    uid: 0,
    gid: 0,
    size: type === 'file' ? entry.uncompressedSize : 0,
    mtime: Math.floor(entry.getLastModDate({ timezone: 'UTC' }).getTime() / 1000),
  };
}

function typeOf(entry: Entry, fileType: number): TarEntry['type'] {
  if (entry.fileName.endsWith('/') || fileType === FILE_TYPE.folder) return 'directory';
  if (fileType === FILE_TYPE.link) return 'symlink';
  if (fileType === FILE_TYPE.file || fileType === FILE_TYPE.none) return 'file';
  throw refused(entry.fileName, 'it is neither file, directory nor link');
}

async function linkTarget(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > MAX_LINK_TARGET) throw refused(entry.fileName, 'its link target is too long');
  const target = (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8');
  const inside = path.posix.join(path.posix.dirname(entry.fileName), target);
  if (target === '' || target.includes('\0') || path.posix.isAbsolute(target) || /^\.\.(?:\/|$)/.test(inside)) {
    throw refused(entry.fileName, `its target ${JSON.stringify(target)} is outside`);
  }
  return target;
}
