import type { CacheIndex, IndexedPack } from '../../../src/cache/format/cache-index.ts';
import { chunkName, ChunkTable } from '../../../src/cache/format/chunk-table.ts';
import type { CacheIdentity } from '../../../src/cache/format/identity.ts';
import { digestOf } from '../../../src/reference/index.ts';
import { seededBytes } from './seeded.ts';

export const IDENTITY: CacheIdentity = {
  repository: 'registry.example/org/app',
  platform: 'linux/amd64',
  builder: 'registry.example/builder',
  uid: 1001,
  gid: 1000,
  scope: 'default',
  suffix: '',
};

export const BUILDER = digestOf(Buffer.from('builder'));

/** A pack's entry in an index; each frame is a list of the lengths of its chunks. */
export function samplePack(seed: number, frames: readonly (readonly number[])[]): IndexedPack {
  const chunks = frames
    .flat()
    .map((length, index) => ({ name: chunkName(seededBytes(seed * 1000 + index, 32)), length }));
  const sized = frames.map((lengths) => ({ size: 1000, chunks: lengths.length }));
  return {
    digest: digestOf(seededBytes(seed, 64)),
    size: 1000 * frames.length,
    frames: sized,
    chunks: ChunkTable.of(chunks),
  };
}

/** An index of two layers in two packs that fits together. */
export function sampleIndex(changes: Partial<CacheIndex> = {}): CacheIndex {
  return {
    identity: IDENTITY,
    created: 1_795_000_000,
    expires: 1_795_600_000,
    createdBy: 'buildpacks-ci 0.1.0',
    builder: BUILDER,
    metadata: '{"sbom":{"sha":""},"buildpacks":[]}\n',
    layers: [
      { diffId: digestOf(Buffer.from('one')), size: 600, chunks: [{ pack: 0, first: 0, count: 3 }] },
      {
        diffId: digestOf(Buffer.from('two')),
        size: 1400,
        chunks: [
          { pack: 0, first: 1, count: 1 },
          { pack: 1, first: 0, count: 2 },
          { pack: 0, first: 2, count: 1 },
        ],
      },
    ],
    packs: [samplePack(1, [[100, 200], [300]]), samplePack(2, [[400, 500]])],
    ...changes,
  };
}
