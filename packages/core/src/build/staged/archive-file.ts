import { type FileHandle, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { ChosenParts, type ChosenPart } from '../../archive/chosen-parts.ts';
import { pour } from '../../archive/extract.ts';
import { compressed, decompressed, type TarItem, writeTar } from '../../archive/index.ts';
import { TreeWriter } from '../../archive/tree-writer.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import { writeFileWhole } from '../../files/whole-file.ts';

/** How much comes out of an archive at most. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes for each byte of the archive: a few kilobytes do not fill a disk. */
  readonly ratio: number;
  /** Bytes that may come out of any archive. */
  readonly atLeast: number;
}

/** Far above what a build leaves. */
const LIMITS: ArchiveLimits = { entries: 50_000, ratio: 300, atLeast: 256 * 1024 ** 2 };

/** Writes a zstd tar that busybox can read. Gives its size in bytes. */
export async function writeArchive(file: string, items: AsyncIterable<TarItem>): Promise<number> {
  const tar = Readable.from(writeTar(items, 'gnu'), { objectMode: false });
  await writeFileWhole(file, compressed(tar, 'zstd') as AsyncIterable<Uint8Array>);
  return (await stat(file)).size;
}

export interface ReadArchive {
  /** Its content is hostile, and who has written it may still be at it: put a link or a pipe in its place. */
  readonly file: string;
  readonly parts: readonly ChosenPart[];
  /** An existing directory that only this call writes to. */
  readonly to: string;
  readonly signal: AbortSignal;
  readonly limits?: ArchiveLimits;
}

/**
 * Unpacks what is wanted of a zstd tar that foreign code may have written: as ours, with plain modes, no links and no devices.
 *
 * @throws BuildpacksError `image` for one that is damaged, leads out of the directory or is too large, and for what is no regular file
 */
export async function readArchive({ file, parts, to, signal, limits = LIMITS }: ReadArchive): Promise<void> {
  const handle = await openArchive(file);
  const { size } = await handle.stat();
  const bytes = Math.max(limits.atLeast, size * limits.ratio);
  const tree = new TreeWriter(to, { owners: false, limits: { entries: limits.entries, bytes } });
  const tar = decompressed(handle.createReadStream(), 'zstd', 2 * bytes);
  await pour(tar as AsyncIterable<Uint8Array>, new ChosenParts(tree, parts), signal).catch((error: unknown) => {
    throw error instanceof BuildpacksError && error.code === 'image' ? refused(file, error) : error;
  });
  tree.finish();
}

async function openArchive(file: string): Promise<FileHandle> {
  const handle = await openRegularFile(path.dirname(file), [path.basename(file)]);
  if (handle === undefined) throw new BuildpacksError('image', `"${file}" is not there`);
  return handle;
}

function refused(file: string, { message }: BuildpacksError): BuildpacksError {
  return new BuildpacksError('image', `"${file}", which the build left, is refused: ${message}`, {
    hint: 'A buildpack may have changed what it has no business with; look at the buildpacks of this builder.',
  });
}
