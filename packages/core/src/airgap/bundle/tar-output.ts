import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { constants, lstatSync } from 'node:fs';
import { inputError } from '../../errors/problems.ts';
import { inBlocks } from '../../files/blocks.ts';
import { kindOf } from '../../files/file-kind.ts';
import { syncFolder } from '../../files/sync-folder.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import { formatSize } from '../../log/size.ts';
import { hashOf, hashOfFile } from '../content/content-hash.ts';
import { requireRoom } from '../content/disk-room.ts';
import { MAX_PARTS, type Part, partFiles, partsFile, partsJson } from '../content/parts.ts';
import { Segments } from '../content/segments.ts';
import { type TarPlace, tarPlaces, type TarPlaces } from '../content/tar-places.ts';
import type { BundleOutput, WrittenFile } from './output.ts';
import type { PlannedFile } from './plan.ts';

/** Bytes of the blocks that `stat` counts, whatever the file system's are. */
const STAT_BLOCK = 512;

/**
 * Writes a bundle as an uncompressed tar. Since all sizes are known, each file has its place from the beginning, and several are written
 * at once; what a killed run has left in its place is found there.
 *
 * @param partSize bytes of each part but the last; undefined: one file
 * @throws BuildpacksError `machine` when there is no room for it: then nothing was made; InputError on `part-size` when it would be too many parts
 */
export async function openTarOutput(
  file: string,
  files: readonly PlannedFile[],
  partSize: number | undefined,
): Promise<BundleOutput> {
  const layout = tarPlaces(files);
  const targets = partSize === undefined ? [`${file}.partial`] : partFiles(file, partCount(layout.size, partSize));
  await mkdir(path.dirname(file), { recursive: true });
  await requireRoom(file, layout.size - takenBy(targets));
  if (partSize !== undefined) await rm(partsFile(file), { force: true });
  let isFresh = true;
  for (const [index, target] of targets.entries()) {
    const start = index * (partSize ?? 0);
    const before = await makeSized(target, Math.min(partSize ?? Infinity, layout.size - start));
    isFresh &&= before === 0;
  }
  return new TarOutput({ file, layout, targets, partSize, isFresh });
}

function partCount(size: number, partSize: number): number {
  const count = Math.ceil(size / partSize);
  if (count <= MAX_PARTS) return count;
  const least = formatSize(Math.ceil(size / MAX_PARTS));
  const message = `a bundle of ${formatSize(size)} would be ${count} parts, and ${MAX_PARTS} are the most`;
  throw inputError('part-size', message, `Give ${least} or more.`);
}

/** Bytes of the disk that an earlier run's files have already; their holes have none. */
function takenBy(files: readonly string[]): number {
  const blocks = files.map((file) => lstatSync(file, { throwIfNoEntry: false })?.blocks ?? 0);
  return blocks.reduce((sum, count) => sum + count * STAT_BLOCK, 0);
}

/** Makes it a file of this size, with a hole where there is nothing yet; gives the size that it had. */
async function makeSized(file: string, size: number): Promise<number> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
  try {
    const { size: before } = await handle.stat();
    if (before !== size) await handle.truncate(size);
    return before;
  } finally {
    await handle.close();
  }
}

interface TarTarget {
  readonly file: string;
  readonly layout: TarPlaces;
  /** What is written to. */
  readonly targets: readonly string[];
  readonly partSize: number | undefined;
  /** Nothing was there before. */
  readonly isFresh: boolean;
}

class TarOutput implements BundleOutput {
  readonly #target: TarTarget;
  readonly #segments: Segments;
  readonly #places: ReadonlyMap<string, TarPlace>;

  constructor(target: TarTarget) {
    this.#target = target;
    this.#segments = new Segments(target.targets, target.partSize ?? Infinity, 'r+');
    this.#places = new Map(target.layout.places.map((place) => [place.path, place]));
  }

  async has({ path: name, size, digest }: PlannedFile): Promise<boolean> {
    if (this.#target.isFresh) return false;
    return (await hashOf(this.#segments.range(this.#placeOf(name).offset, size))).digest === digest;
  }

  async write({ path: name }: PlannedFile, content: AsyncIterable<Uint8Array>): Promise<void> {
    let at = this.#placeOf(name).offset;
    for await (const block of inBlocks(content)) {
      await this.#segments.write(block, at);
      at += block.length;
    }
  }

  /** What lies between the files comes last: another plan's run may have left something there. */
  async finish(): Promise<readonly WrittenFile[]> {
    const { file, layout, targets, partSize } = this.#target;
    let end = 0;
    for (const { start, headers, offset, size } of layout.places) {
      await this.#segments.write(Buffer.concat([Buffer.alloc(start - end), headers]), end);
      end = offset + size;
    }
    await this.#segments.write(Buffer.alloc(layout.size - end), end);
    await this.#segments.sync();
    await this.#segments.close();
    await removeFurtherParts(file, partSize === undefined ? 0 : targets.length);
    if (partSize !== undefined) return this.#finishParts(partSize);
    await rm(partsFile(file), { force: true });
    await rename(targets[0] ?? file, file);
    await syncFolder(path.dirname(file));
    return [{ file, size: layout.size }];
  }

  close(): Promise<void> {
    return this.#segments.close();
  }

  async #finishParts(partSize: number): Promise<readonly WrittenFile[]> {
    const { file, layout, targets } = this.#target;
    // Who loads it would get the earlier bundle.
    if (kindOf(file) === 'file') await rm(file);
    const parts: Part[] = [];
    for (const target of targets) {
      parts.push({ file: path.basename(target), ...(await hashOfFile(target)) });
    }
    const list = Buffer.from(partsJson({ size: layout.size, partSize, parts }));
    await writeFileWhole(partsFile(file), [list], { durable: true });
    const folder = path.dirname(file);
    await syncFolder(folder);
    return [
      ...parts.map((part) => ({ ...part, file: path.join(folder, part.file) })),
      { file: partsFile(file), size: list.length },
    ];
  }

  #placeOf(name: string): TarPlace {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`"${name}" has no place in the tar`);
    return place;
  }
}

/** Those of an earlier bundle of the same name, which was larger. */
async function removeFurtherParts(file: string, count: number): Promise<void> {
  const folder = path.dirname(file);
  const known = new Set(partFiles(file, count));
  const prefix = `${path.basename(file)}.part-`;
  for (const name of await readdir(folder)) {
    const found = path.join(folder, name);
    if (name.startsWith(prefix) && /^\d{4,}$/.test(name.slice(prefix.length)) && !known.has(found)) await rm(found);
  }
}
