import { asArray, asRecord, parseJson } from '../../json/json.ts';
import { type Digest, isDigest } from '../../reference/index.ts';
import type { CacheIndex, ChunkRun, IndexedLayer, IndexedPack, PackFrame } from './cache-index.ts';
import { ChunkTable } from './chunk-table.ts';
import { checkIndex } from './check.ts';
import type { CacheIdentity } from './identity.ts';
import { CACHE_LIMITS } from './limits.ts';
import { damagedIndex } from './refusal.ts';
import { renderIndex } from './render.ts';

const COMMA = 0x2c;

/**
 * Reads the text of an index as hostile input: every field of its type, nothing beside them, everything in its limits, every reference
 * to something that is there. Only the canonical text is taken (see `renderIndex`).
 *
 * @throws BuildpacksError `image` saying what is wrong
 */
export function parseIndex(text: Uint8Array): CacheIndex {
  if (commasIn(text) > CACHE_LIMITS.indexCommas) throw damagedIndex('it has too many values');
  const json = fieldsOf(parseJson(text), 'the index');
  const index: CacheIndex = {
    identity: readIdentity(json['identity']),
    created: natural(json['created'], 'created'),
    expires: natural(json['expires'], 'expires'),
    createdBy: string(json['createdBy'], 'createdBy'),
    builder: digest(json['builder'], 'builder'),
    ...(json['image'] !== undefined && { image: digest(json['image'], 'image') }),
    ...(json['parent'] !== undefined && { parent: digest(json['parent'], 'parent') }),
    metadata: string(json['metadata'], 'metadata'),
    layers: listOf(json['layers'], CACHE_LIMITS.layers, 'layers').map(readLayer),
    packs: listOf(json['packs'], CACHE_LIMITS.packs, 'packs').map(readPack),
  };
  checkIndex(index);
  if (!Buffer.from(renderIndex(index)).equals(text)) throw damagedIndex('its text is not canonical');
  return index;
}

function commasIn(text: Uint8Array): number {
  let count = 0;
  for (const byte of text) if (byte === COMMA) count++;
  return count;
}

function readIdentity(value: unknown): CacheIdentity {
  const json = fieldsOf(value, 'identity');
  return {
    repository: string(json['repository'], 'repository'),
    platform: string(json['platform'], 'platform'),
    builder: string(json['builder'], 'builder'),
    uid: natural(json['uid'], 'uid'),
    gid: natural(json['gid'], 'gid'),
    scope: string(json['scope'], 'scope'),
    suffix: string(json['suffix'], 'suffix'),
  };
}

function readLayer(value: unknown): IndexedLayer {
  const json = fieldsOf(value, 'a layer');
  return {
    diffId: digest(json['diffId'], 'diffId'),
    size: natural(json['size'], 'size'),
    chunks: listOf(json['chunks'], CACHE_LIMITS.placements, 'chunks').map(readRun),
  };
}

function readRun(value: unknown): ChunkRun {
  const [pack, first, count] = listOf(value, 3, 'a run of chunks');
  return { pack: natural(pack, 'pack'), first: natural(first, 'first'), count: natural(count, 'count') };
}

function readPack(value: unknown): IndexedPack {
  const json = fieldsOf(value, 'a pack');
  const chunks = ChunkTable.fromBytes(Buffer.from(string(json['chunks'], 'chunks'), 'base64'));
  if (chunks === undefined) throw damagedIndex('a table of chunks is cut off');
  return {
    digest: digest(json['digest'], 'digest'),
    size: natural(json['size'], 'size'),
    frames: listOf(json['frames'], CACHE_LIMITS.chunks, 'frames').map(readFrame),
    chunks,
  };
}

function readFrame(value: unknown): PackFrame {
  const [size, chunks] = listOf(value, 2, 'a frame');
  return { size: natural(size, 'size'), chunks: natural(chunks, 'chunks') };
}

function fieldsOf(value: unknown, what: string) {
  const record = asRecord(value);
  if (record === undefined) throw damagedIndex(`${what} is no JSON object`);
  return record;
}

function listOf(value: unknown, limit: number, what: string): readonly unknown[] {
  const items = asArray(value);
  if (items.length > limit) throw damagedIndex(`it has ${items.length} ${what}, and ${limit} are the most`);
  return items;
}

function natural(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw damagedIndex(`"${what}" is no natural number`);
}

function string(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw damagedIndex(`"${what}" is no text`);
}

function digest(value: unknown, what: string): Digest {
  const text = string(value, what);
  if (isDigest(text)) return text;
  throw damagedIndex(`"${what}" is no digest`);
}
