import path from 'node:path';
import { type CacheKey, readSignKey, readVerifyKeys } from '../cache/index.ts';
import { inputError, type Problems } from '../errors/problems.ts';
import { kindOf } from '../files/file-kind.ts';
import { optional } from '../json/json.ts';
import type { HostStoreName } from '../ports/index.ts';
import { formatRepository, parseReference } from '../reference/index.ts';
import { cacheScopes } from './cache-scopes.ts';
import type { InputReader } from './reader.ts';
import type { CacheRequest, CacheStoreLocation } from './request.ts';
import type { CiFacts, TrustDecision } from './trust.ts';

/** What these inputs are read against. */
export interface CacheContext {
  /** Absolute; relative paths start here. */
  readonly workingDirectory: string;
  readonly facts: CiFacts;
  readonly trust: Pick<TrustDecision, 'level' | 'cacheMode'>;
  /** The stores that the CI has of its own. */
  readonly cacheStores?: readonly HostStoreName[];
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Reads all inputs of the layer cache; what is wrong is reported. */
export function readCacheRequest(reader: InputReader, context: CacheContext, problems: Problems): CacheRequest {
  const { workingDirectory, facts, trust, cacheStores } = context;
  const locations = reader.list('cache-store');
  const stores = locations.flatMap(
    (text) => problems.attempt(() => [parseCacheStore(text, workingDirectory, cacheStores)]) ?? [],
  );
  const signKey = readCacheSignKey(reader, problems);
  const verifyKeys = readCacheVerifyKeys(reader, problems);
  const keys = signKey === undefined ? verifyKeys : [...verifyKeys, signKey];
  refuseRepeated(stores, problems);
  if (keys.length > 0 && trust.cacheMode !== 'off') refuseUnsigned(locations, stores, problems);
  const suffix = reader.text('cache-suffix') ?? '';
  if (suffix.length > 200) problems.report('cache-suffix', 'it has more than 200 characters', 'Give a short name.');
  return {
    mode: trust.cacheMode,
    clear: reader.flag('clear-cache'),
    stores,
    suffix,
    maxBytes: problems.attempt(() => parseSize(reader.text('cache-max-size') ?? '', 'cache-max-size')) ?? 0,
    scopes: cacheScopes(facts, trust.level),
    ...optional('signKey', signKey),
    verifyKeys: keys,
  };
}

export function readCacheSignKey(reader: InputReader, problems: Problems): CacheKey | undefined {
  const text = reader.text('cache-sign-key');
  return text === undefined ? undefined : problems.attempt(() => readSignKey(text));
}

export function readCacheVerifyKeys(reader: InputReader, problems: Problems): readonly CacheKey[] {
  const raw = reader.raw('cache-verify-keys');
  const text = typeof raw === 'string' ? raw : raw.join('\n');
  return text.trim() === '' ? [] : (problems.attempt(() => readVerifyKeys(text)) ?? []);
}

/** One that is named twice would be read and written twice. */
function refuseRepeated(stores: readonly CacheStoreLocation[], problems: Problems): void {
  const names = stores.map(nameOfStore);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) < index));
  for (const name of repeated) problems.report('cache-store', `"${name}" is there more than once`, 'Keep one of them.');
}

/** Keys are there to be relied on: no store may do without. */
function refuseUnsigned(given: readonly string[], stores: readonly CacheStoreLocation[], problems: Problems): void {
  const hint = 'Write dir:PATH or registry:REPOSITORY, or leave the keys out.';
  if (given.length === 0) problems.report('cache-store', 'it is missing, and there are keys for the cache', hint);
  for (const store of stores) {
    if (store.kind !== 'local') continue;
    const message = `"${nameOfStore(store)}" keeps nothing that could be signed, and there are keys for the cache`;
    problems.report('cache-store', message, hint);
  }
}

function nameOfStore(store: CacheStoreLocation): string {
  if (store.kind === 'host') return store.name;
  return `${store.kind}:${store.kind === 'registry' ? formatRepository(store.repository) : store.path}`;
}

/**
 * @param base where relative paths begin
 * @param offered the stores that the CI has of its own
 * @throws InputError
 */
export function parseCacheStore(
  text: string,
  base: string,
  offered: readonly HostStoreName[] = [],
): CacheStoreLocation {
  const host = offered.find((name) => name === text);
  if (host !== undefined) return { kind: 'host', name: host };
  const [, kind, place = ''] = /^(local|dir|registry):(.+)$/.exec(text) ?? [];
  if (kind === 'registry') return parseRegistryStore(place);
  if (kind === 'local' || kind === 'dir') {
    if (/^~(\/|$)/.test(place)) {
      throw inputError(
        'cache-store',
        `"${text}" begins with "~", which no shell replaces there`,
        'Write "$HOME" for it.',
      );
    }
    const absolute = path.resolve(base, place);
    const found = kindOf(absolute);
    if (found === undefined || found === 'directory') return { kind, path: absolute };
    throw inputError('cache-store', `"${place}" is no directory`, 'Name a directory; one that is not there is made.');
  }
  const message =
    text === 'github' ? '"github" can only be used in the GitHub action' : `"${text}" is not a cache store`;
  throw inputError('cache-store', message, hintFor(text));
}

function hintFor(text: string): string {
  if (/^[a-z0-9+.-]+:\/\//i.test(text)) {
    return 'A registry is named without a scheme, registry:HOST/REPOSITORY, and an object store only as a folder that is mounted, dir:PATH.';
  }
  if (/^[./]/.test(text)) return `Write dir:${text}.`;
  if (/^[^/:]+[.:][^/]*\/\S+$/.test(text)) return `Write registry:${text}.`;
  return 'Write dir:PATH, registry:REPOSITORY or local:PATH.';
}

/** Tags are ours: one for each identity. */
function parseRegistryStore(text: string): CacheStoreLocation {
  const reference = parseReference(text, 'cache-store');
  const isPlain = reference.kind === 'tag' && !/:[^/]*$/.test(text);
  if (isPlain) return { kind: 'registry', repository: reference.repository };
  throw inputError(
    'cache-store',
    `"${text}" has a tag or a digest, and a cache has tags of its own`,
    `Write registry:${formatRepository(reference.repository)}.`,
  );
}

/**
 * Reads bytes: `500MB`, `1.5 GiB`, `2000000000`, and Kubernetes's `2G` and `2Gi`.
 *
 * @throws InputError on the input of that name
 */
export function parseSize(text: string, input: string): number {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?) ?([kmgt]i?|)b?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (number !== '' && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw inputError(input, `"${text}" is not a size`, 'Write a number and a unit, for example 2GB or 500MiB.');
}
