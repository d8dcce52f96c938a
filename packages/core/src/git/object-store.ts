import { readdirSync } from 'node:fs';
import path from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { kindOf, readSmallFile } from '../files/file-kind.ts';
import { applyDelta, OBJECT_LIMIT } from './delta.ts';
import { Pack, type PackEntry } from './pack.ts';
import { textOf } from './repository.ts';

type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

const TYPES: readonly (ObjectType | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
/** More than people make; a list may be hostile. */
const FOLDERS = 32;
/** Longer chains than Git makes. */
const DELTAS = 4096;
/** Type and size stand within them. */
const LOOSE_HEAD = 64;

/** Reads single objects of a repository (gitrepository-layout(5), `objects`): loose ones, those in packs, and those of alternates. */
export class ObjectStore {
  readonly #folders: readonly string[];
  readonly #idLength: number;
  #packs: readonly Pack[] | undefined;

  /** @param idLength in bytes: 20, or 32 with SHA-256 */
  constructor(folder: string, idLength: number) {
    this.#folders = withAlternates(folder);
    this.#idLength = idLength;
  }

  close(): void {
    for (const pack of this.#packs ?? []) pack.close();
  }

  /** Undefined for an object that is not there, which shallow and partial clones lack. */
  typeOf(id: string): ObjectType | undefined {
    const loose = this.#looseFile(id);
    if (loose !== undefined) return looseType(loose);
    const place = this.#find(Buffer.from(id, 'hex'));
    return place && TYPES[this.#chain(place).whole.type];
  }

  /** An object's content; undefined when it is not there. */
  read(id: string): Buffer | undefined {
    const loose = this.#looseFile(id);
    if (loose !== undefined) {
      const whole = inflateSync(loose, { maxOutputLength: OBJECT_LIMIT });
      return whole.subarray(whole.indexOf(0) + 1);
    }
    const place = this.#find(Buffer.from(id, 'hex'));
    if (place === undefined) return undefined;
    const { pack, whole, deltas } = this.#chain(place);
    return deltas.reduceRight((base, delta) => applyDelta(base, delta()), pack.content(whole));
  }

  #looseFile(id: string): Uint8Array | undefined {
    for (const folder of this.#folders) {
      const bytes = readSmallFile(path.join(folder, id.slice(0, 2), id.slice(2)), OBJECT_LIMIT);
      if (typeof bytes !== 'string') return bytes;
    }
    return undefined;
  }

  #find(id: Buffer): Place | undefined {
    this.#packs ??= this.#folders.flatMap((folder) => packsIn(path.join(folder, 'pack'), this.#idLength));
    for (const pack of this.#packs) {
      const offset = pack.find(id);
      if (offset !== undefined) return { pack, offset };
    }
    return undefined;
  }

  /** From an entry down to the one that is no delta. */
  #chain(place: Place): { readonly pack: Pack; readonly whole: PackEntry; readonly deltas: readonly (() => Buffer)[] } {
    const deltas: (() => Buffer)[] = [];
    let { pack, offset } = place;
    while (deltas.length < DELTAS) {
      const entry = pack.entry(offset);
      if (entry.base === undefined) return { pack, whole: entry, deltas };
      const of = pack;
      deltas.push(() => of.content(entry));
      const base = typeof entry.base === 'number' ? { pack, offset: entry.base } : this.#find(entry.base);
      if (base === undefined) throw new RangeError('the base of a delta is missing');
      ({ pack, offset } = base);
    }
    throw new RangeError('deltas without an end');
  }
}

interface Place {
  readonly pack: Pack;
  readonly offset: number;
}

function packsIn(folder: string, idLength: number): readonly Pack[] {
  if (kindOf(folder) !== 'directory') return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.idx') && isFile(folder, name) && isFile(folder, name.replace(/idx$/, 'pack')))
    .map((name) => new Pack(path.join(folder, name), idLength));
}

function isFile(folder: string, name: string): boolean {
  return kindOf(path.join(folder, name)) === 'file';
}

function looseType(bytes: Uint8Array): ObjectType | undefined {
  const start = inflateSync(bytes.subarray(0, LOOSE_HEAD), { finishFlush: constants.Z_SYNC_FLUSH });
  const name = start.toString('latin1', 0, start.indexOf(' '));
  return TYPES.find((type) => type === name);
}

/** A clone with `--shared` or `--reference` takes objects from other repositories, and they may from others. */
function withAlternates(first: string): readonly string[] {
  const folders = new Set([first]);
  // The set grows while it is gone through.
  for (const folder of folders) {
    const lines = (textOf(path.join(folder, 'info/alternates')) ?? '').split('\n');
    for (const line of lines.filter((text) => text !== '' && !text.startsWith('#'))) {
      if (folders.size < FOLDERS) folders.add(path.resolve(folder, line));
    }
  }
  return [...folders];
}
