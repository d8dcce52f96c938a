import type { CacheKey, PruneRules } from '../cache/index.ts';
import { Problems } from '../errors/problems.ts';
import { parseCacheStore, parseSize, readCacheVerifyKeys } from '../inputs/cache.ts';
import { type ConnectionContext, type ConnectionInputs, readConnectionInputs } from '../inputs/connection.ts';
import { InputReader, type RawInputs } from '../inputs/reader.ts';
import type { CacheStoreLocation } from '../inputs/request.ts';

/** Milliseconds. */
const DAY = 24 * 3_600_000;

/** Stores that can tell what they hold. */
export type TellingStore = Extract<CacheStoreLocation, { kind: 'dir' | 'registry' }>;

/** Which stores to look after. */
export interface HousekeepingInputs {
  readonly stores: readonly TellingStore[];
  readonly verifyKeys: readonly CacheKey[];
  readonly connection: ConnectionInputs;
}

/** What the command that prunes wants, as it was written. */
export interface PruneInputs {
  /** Days. */
  readonly unusedFor?: string;
  readonly maxSize?: string;
}

/**
 * Reads `cache-store`, `cache-verify-keys`, and the inputs of the connection.
 *
 * @throws InputError with every problem there is
 */
export function parseHousekeepingInputs(raw: RawInputs, context: ConnectionContext): HousekeepingInputs {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const stores = reader.list('cache-store').flatMap((text) => {
    const store = problems.attempt(() => parseCacheStore(text, context.workingDirectory));
    if (store?.kind === 'dir' || store?.kind === 'registry') return store;
    if (store === undefined) return [];
    problems.report(
      'cache-store',
      `"${text}" is a plain folder, about which there is nothing to tell`,
      'Remove it when it is too large.',
    );
    return [];
  });
  if (reader.list('cache-store').length === 0) {
    problems.report('cache-store', 'it is missing', 'Say which: dir:PATH or registry:REPOSITORY.');
  }
  const verifyKeys = readCacheVerifyKeys(reader, problems);
  const connection = readConnectionInputs(reader, context, problems);
  problems.throwIfAny();
  return { stores, verifyKeys, connection };
}

/** @throws InputError with every problem there is */
export function parsePruneRules({ unusedFor, maxSize }: PruneInputs, now: number): PruneRules {
  const problems = new Problems();
  const isDays = unusedFor !== undefined && /^\d{1,5}$/.test(unusedFor);
  if (unusedFor !== undefined && !isDays) {
    problems.report('--unused-for', `"${unusedFor}" is not a number of days`, 'Write a whole number, for example 30.');
  }
  const maxBytes = maxSize === undefined ? undefined : problems.attempt(() => parseSize(maxSize, '--max-size'));
  problems.throwIfAny();
  return {
    ...(isDays && { unusedSince: now - Number(unusedFor) * DAY }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
}
