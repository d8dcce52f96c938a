import path from 'node:path';
import { type CacheKey, readSignKey, readVerifyKeys } from '../cache/index.ts';
import { inputError, type Problems } from '../errors/problems.ts';
import { kindOf } from '../files/file-kind.ts';
import { optional } from '../json/json.ts';
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
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads all inputs of the layer cache; what is wrong is reported. */
export function readCacheRequest(reader: InputReader, context: CacheContext, problems: Problems): CacheRequest {
  const { workingDirectory, facts, trust } = context;
  const locations = reader.list('cache-store');
  const stores = locations.flatMap((text) => problems.attempt(() => [parseCacheStore(text, workingDirectory)]) ?? []);
  const signKey = readCacheSignKey(reader, problems);
  const verifyKeys = readCacheVerifyKeys(reader, problems);
  const keys = signKey === undefined ? verifyKeys : [...verifyKeys, signKey];
  for (const store of keys.length === 0 ? [] : stores) refuseUnsigned(store, problems);
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

function refuseUnsigned(store: CacheStoreLocation, problems: Problems): void {
  if (store.kind !== 'local') return;
  problems.report(
    'cache-store',
    `"local:${store.path}" keeps nothing that could be signed, and there are keys for the cache`,
    'Write dir:PATH, or leave the keys out.',
  );
}

/** @throws InputError */
export function parseCacheStore(text: string, base: string): CacheStoreLocation {
  const [, kind, place = ''] = /^(local|dir|registry):(.+)$/.exec(text) ?? [];
  if (kind === 'registry') return parseRegistryStore(place);
  if (kind === 'local' || kind === 'dir') {
    const absolute = path.resolve(base, place);
    const found = kindOf(absolute);
    if (found !== undefined && found !== 'directory') throw inputError('cache-store', `"${place}" is no directory`);
    return { kind, path: absolute };
  }
  const message =
    text === 'github' ? 'the cache store "github" is not available yet' : `"${text}" is not a cache store`;
  throw inputError('cache-store', message, 'Write dir:PATH, registry:REPOSITORY or local:PATH.');
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
 * Reads bytes: `500MB`, `1.5 GiB`, `2000000000`.
 *
 * @throws InputError on the input of that name
 */
export function parseSize(text: string, input: string): number {
  const [, number = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?) ?((?:[kmgt]i?)?b)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (number !== '' && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw inputError(input, `"${text}" is not a size`, 'Write a number and a unit, for example 2GB or 500MiB.');
}
