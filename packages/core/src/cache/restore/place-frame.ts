import { BuildpacksError } from '../../errors/index.ts';
import type { ChunkTable } from '../format/chunk-table.ts';
import { decompressFrame, releaseMemory } from '../format/frame.ts';
import type { LayerFile } from './layer-file.ts';
import type { Placement } from './placements.ts';

/** A frame as stored, with the chunks that it must hold. */
export interface FrameContent {
  readonly bytes: Buffer;
  readonly table: ChunkTable;
  readonly first: number;
  readonly count: number;
}

/** Bytes of the frame that go to one place of one layer. */
interface Run {
  readonly layer: number;
  readonly position: number;
  readonly start: number;
  count: number;
  end: number;
}

/**
 * Decompresses a frame and writes its chunks to the layers that have them. Whether they are what they should be the layers check.
 *
 * @throws BuildpacksError `image` when the frame can't hold these chunks; nothing of it is written then
 */
export async function placeFrame(
  { bytes, table, first, count }: FrameContent,
  placesOf: (chunk: number) => Iterable<Placement>,
  files: readonly LayerFile[],
): Promise<void> {
  const size = table.bytesOf(first, count);
  const content = await decompressFrame(bytes, size).catch((error: unknown) => {
    throw new BuildpacksError('image', 'a frame of a pack is damaged', { cause: error });
  });
  if (content.length !== size) throw new BuildpacksError('image', 'a frame of a pack is too short');

  const runs: Run[] = [];
  let start = 0;
  for (let chunk = first; chunk < first + count; chunk++) {
    const end = start + table.lengthOf(chunk);
    for (const place of placesOf(chunk)) addPlace(runs, place, start, end);
    start = end;
  }
  for (const run of runs) await files[run.layer]?.write(run, content.subarray(run.start, run.end));
  releaseMemory(content);
}

/** Chunks that follow each other in the frame and in a layer are written at once. */
function addPlace(runs: Run[], { layer, position }: Placement, start: number, end: number): void {
  const last = runs.at(-1);
  if (last?.layer === layer && last.position + last.count === position && last.end === start) {
    last.count++;
    last.end = end;
  } else {
    runs.push({ layer, position, start, count: 1, end });
  }
}
