import { createHash, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/**
 * A reader of layer caches that was written from `docs/cache-format.md` and nothing else: it imports nothing of core, so that what the
 * page does not say fails here.
 */
export interface ReadCache {
  readonly metadata: string;
  /** By diff id. */
  readonly layers: ReadonlyMap<string, Buffer>;
  /** The lengths of each layer's chunks, by diff id. */
  readonly chunkLengths: ReadonlyMap<string, readonly number[]>;
}

/** The fields of an index that a reader needs. */
interface Index {
  readonly identity: object;
  readonly metadata: string;
  readonly layers: readonly {
    readonly diffId: string;
    readonly size: number;
    readonly chunks: readonly (readonly [pack: number, first: number, count: number])[];
  }[];
  readonly packs: readonly {
    readonly digest: string;
    readonly frames: readonly (readonly [size: number, chunks: number])[];
    readonly chunks: string;
  }[];
}

const MAGIC = 'buildpacks-ci-cache 1\n';
const CHUNK_ENTRY = 20;
const NAME_BYTES = 16;

/** The name of an identity in a store. Its fields must stand in the page's order. */
export function nameOf(identity: object): string {
  return sha256(JSON.stringify(identity)).slice(0, 32);
}

/** Reads the cache of an identity from a directory store. */
export function readDirectoryStore(directory: string, identity: object): ReadCache {
  const file = readFileSync(path.join(directory, 'indexes', nameOf(identity)));
  const { payload } = openObject(file.subarray(file.indexOf('\n') + 1));
  const index = JSON.parse(zstdDecompressSync(payload).toString()) as Index;
  if (JSON.stringify(index.identity) !== JSON.stringify(identity)) throw new Error('another identity');
  const packs = index.packs.map((pack) => readPack(directory, pack));
  const chunksOf = ({ chunks }: Index['layers'][number]) =>
    chunks.flatMap(([pack, first, count]) => packs[pack]?.slice(first, first + count) ?? []);
  const layers = index.layers.map((layer) => {
    const content = Buffer.concat(chunksOf(layer));
    if (`sha256:${sha256(content)}` !== layer.diffId || content.length !== layer.size) throw new Error('damaged layer');
    return [layer.diffId, content] as const;
  });
  const lengths = index.layers.map((layer) => [layer.diffId, chunksOf(layer).map(({ length }) => length)] as const);
  return { metadata: index.metadata, layers: new Map(layers), chunkLengths: new Map(lengths) };
}

/** Whether the key has signed the index of the identity. */
export function isSigned(directory: string, identity: object, key: KeyObject): boolean {
  const file = readFileSync(path.join(directory, 'indexes', nameOf(identity)));
  const { head, payload } = openObject(file.subarray(file.indexOf('\n') + 1));
  const { key: name = '', signature = '' } = JSON.parse(head) as { key?: string; signature?: string };
  const expected = sha256(key.export({ type: 'spki', format: 'der' })).slice(0, 16);
  const statement = Buffer.concat([Buffer.from(MAGIC), payload]);
  return name === expected && verify(null, statement, key, Buffer.from(signature, 'base64'));
}

/** Takes an index object apart: the second line, and the frame. */
function openObject(object: Buffer): { readonly head: string; readonly payload: Buffer } {
  if (!object.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) throw new Error('another version');
  const end = object.indexOf('\n', MAGIC.length);
  return { head: object.subarray(MAGIC.length, end).toString(), payload: object.subarray(end + 1) };
}

/** The chunks of a pack, each checked against its name. */
function readPack(directory: string, { digest, frames, chunks }: Index['packs'][number]): readonly Buffer[] {
  const file = readFileSync(path.join(directory, 'packs', digest.slice('sha256:'.length)));
  if (`sha256:${sha256(file)}` !== digest) throw new Error('damaged pack');
  const table = Buffer.from(chunks, 'base64');
  const found: Buffer[] = [];
  let start = 0;
  for (const [size, count] of frames) {
    const content = zstdDecompressSync(file.subarray(start, start + size));
    start += size;
    let offset = 0;
    for (const end = found.length + count; found.length < end;) {
      const entry = table.subarray(found.length * CHUNK_ENTRY, (found.length + 1) * CHUNK_ENTRY);
      const chunk = content.subarray(offset, (offset += entry.readUInt32LE(NAME_BYTES)));
      const name = sha256(chunk).slice(0, 2 * NAME_BYTES);
      if (name !== entry.toString('hex', 0, NAME_BYTES)) throw new Error('damaged chunk');
      found.push(chunk);
    }
  }
  return found;
}

/** `gear[v]` of the page. */
export function gear(value: number): number {
  return createHash('sha256').update(`buildpacks-ci gear 1 ${value}`).digest().readUInt32LE(0);
}

/** The lengths of the chunks that the page's rule cuts. */
export function cut(content: Uint8Array): readonly number[] {
  const table = Array.from({ length: 256 }, (_, value) => gear(value));
  const lengths: number[] = [];
  for (let start = 0; start < content.length;) {
    const length = lengthOfChunk(content.subarray(start), table);
    lengths.push(length);
    start += length;
  }
  return lengths;
}

function lengthOfChunk(content: Uint8Array, table: readonly number[]): number {
  let hash = 0;
  for (let at = 16_384; at < content.length; at++) {
    hash = (hash * 2 + (table[content[at] ?? 0] ?? 0)) % 2 ** 32;
    const length = at + 1;
    const upperBits = length <= 65_536 ? 18 : 14;
    if (Math.floor(hash / 2 ** (32 - upperBits)) === 0 || length === 262_144) return length;
  }
  return content.length;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
