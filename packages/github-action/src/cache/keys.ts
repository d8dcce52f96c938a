import { createHash, randomBytes } from 'node:crypto';
import { BuildpacksError, type PackFile } from '@buildpacks-ci/core';

type Digest = PackFile['digest'];

/** What our entries begin with: the 1 is the layout of keys. */
const PREFIX = 'buildpacks-ci-1-';
/** Characters of a digest by which the key of an index names a pack. */
const SHORT = 12;
/** More packs than this are not named: a key may have 512 characters. */
const MAX_NAMED = 24;

const KEY = /^[0-9a-z]{1,64}$/;
const INDEX =
  /^buildpacks-ci-1-i-([0-9a-z]{1,64})-\d{1,20}-\d{1,20}-[0-9a-f]{8}-(none|many|[0-9a-f]{12}(?:\.[0-9a-f]{12})*)$/;
const PACK = /^buildpacks-ci-1-p-([0-9a-f]{64})(?:-[0-9a-f]{8})?$/;

/**
 * The version of all our entries: the service finds only entries of the version that is asked for. It is made of what they are, not of
 * paths as in `@actions/cache`, so that no runner's folders matter.
 */
export const ENTRY_VERSION = createHash('sha256').update('buildpacks-ci layer cache, format 1').digest('hex');

/** What an entry of ours is, by its key. */
export type EntryName =
  | {
      readonly kind: 'index';
      /** Of the cache. */
      readonly key: string;
      /** The starts of its packs' digests; absent when there were too many. */
      readonly packs?: readonly string[];
    }
  | { readonly kind: 'pack'; readonly hex: string };

/** The run that saves, for people who look at the list of entries. */
export interface RunNumber {
  readonly run: string;
  readonly attempt: string;
}

/** What all indexes of a cache begin with. It ends with a hyphen, so that no other cache's do. */
export function indexPrefix(key: string): string {
  if (!KEY.test(key)) throw new BuildpacksError('internal', `"${key}" is no key of a cache`);
  return `${PREFIX}i-${key}-`;
}

/** The key of a new index. Entries can't be replaced, so each has one of its own; the newest counts. */
export function newIndexKey(key: string, packs: readonly Digest[], { run, attempt }: RunNumber): string {
  return `${indexPrefix(key)}${run}-${attempt}-${randomBytes(4).toString('hex')}-${namedPacks(packs)}`;
}

function namedPacks(packs: readonly Digest[]): string {
  if (packs.length === 0) return 'none';
  return packs.length > MAX_NAMED ? 'many' : packs.map((pack) => hexOf(pack).slice(0, SHORT)).join('.');
}

export function packKey(digest: Digest): string {
  return `${PREFIX}p-${hexOf(digest)}`;
}

/** Another key of the same pack, for when the first is taken and nothing is there: by somebody who was cut off while writing. */
export function sparePackKey(digest: Digest): string {
  return `${packKey(digest)}-${randomBytes(4).toString('hex')}`;
}

/** Reads a key that the service gave; undefined unless all of it is as we write it, since the service matches beginnings. */
export function readEntryName(text: string): EntryName | undefined {
  const [, hex] = PACK.exec(text) ?? [];
  if (hex !== undefined) return { kind: 'pack', hex };
  const [, key, packs] = INDEX.exec(text) ?? [];
  if (key === undefined || packs === undefined) return undefined;
  if (packs === 'many') return { kind: 'index', key };
  return { kind: 'index', key, packs: packs === 'none' ? [] : packs.split('.') };
}

/** Whether the key of a pack is this one's. */
export function isPackKey(text: string, digest: Digest): boolean {
  const name = readEntryName(text);
  return name?.kind === 'pack' && name.hex === hexOf(digest);
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
