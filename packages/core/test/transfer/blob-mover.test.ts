import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/ports/index.ts';
import { BlobMover, type BlobRegistry } from '../../src/transfer/blob-mover.ts';
import { type Digest, digestOf, formatRepository, type Repository } from '../../src/reference/index.ts';

const BLOB = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(Buffer.from('secret')), size: 6 };
const at = (registry: string, path: string): Repository => ({ registry, path });
const [SECRET, VICTIM, THIEF] = [
  at('apps.example', 'secret'),
  at('apps.example', 'victim'),
  at('apps.example', 'thief'),
];
const [BASE, LIAR] = [at('runs.example', 'base'), at('liar.example', 'base')];

/** Registries that mount what the source has, and keep account of what was read. */
function registries(...filled: readonly Repository[]) {
  const blobs = new Set(filled.map(formatRepository));
  const read: string[] = [];
  const has = (repository: Repository, digest: Digest) =>
    digest === BLOB.digest && blobs.has(formatRepository(repository));
  const add = (repository: Repository) => void blobs.add(formatRepository(repository));
  const registry: BlobRegistry = {
    hasBlob: (repository, digest) => Promise.resolve(has(repository, digest)),
    mountBlob: (to, digest, from) => {
      const mounts = to.registry === from.registry && has(from, digest);
      if (mounts) add(to);
      return Promise.resolve(mounts);
    },
    readBlob: (repository) => {
      if (!has(repository, BLOB.digest)) return Promise.reject(new Error('it is not there'));
      read.push(formatRepository(repository));
      return Promise.resolve(Readable.from([Buffer.from('secret')]));
    },
    uploadBlob: async (repository, _, open) => {
      const source = await open();
      if (source instanceof Readable) await source.toArray();
      add(repository);
    },
    source: (repository) => ({
      name: formatRepository(repository),
      manifest: () => Promise.resolve(undefined),
      has: ({ digest }) => Promise.resolve(has(repository, digest)),
      open: () => Promise.reject(new Error('nobody opens it')),
    }),
  };
  return {
    mover: new BlobMover(registry, SILENT_LOG),
    read,
    has: (repository: Repository) => has(repository, BLOB.digest),
  };
}

describe('a layer that others have got', () => {
  it('comes to nobody by a source that only names its digest', async () => {
    const { mover, has } = registries(SECRET);
    expect(await mover.bring(BLOB, SECRET, VICTIM)).toBe('mounted');
    await expect(mover.bring(BLOB, LIAR, THIEF)).rejects.toThrow('it is not there');
    expect(has(THIEF)).toBe(false);
  });

  it('comes to nobody from where it only happened to be', async () => {
    const { mover, has } = registries(VICTIM);
    expect(await mover.bring(BLOB, LIAR, VICTIM)).toBe('present');
    await expect(mover.bring(BLOB, LIAR, THIEF)).rejects.toThrow('it is not there');
    expect(has(THIEF)).toBe(false);
  });
});

describe('a layer of another registry', () => {
  it('is read once', async () => {
    const { mover, read } = registries(BASE);
    const passages = await Promise.all([VICTIM, THIEF, SECRET].map((to) => mover.bring(BLOB, BASE, to)));
    expect(passages).toEqual(['copied', 'mounted', 'mounted']);
    expect(read).toHaveLength(1);
  });

  it('is not read where a repository has it, as after a run that was ended', async () => {
    const { mover, read } = registries(BASE, VICTIM);
    expect([await mover.bring(BLOB, BASE, VICTIM), await mover.bring(BLOB, BASE, THIEF)]).toEqual([
      'present',
      'mounted',
    ]);
    expect(read).toEqual([]);
  });
});
