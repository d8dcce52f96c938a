import { type ParentCache, parseIndex, renderIndex } from '../../cache/index.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { asRecord, asStrings, asText, type JsonRecord, optional } from '../../json/json.ts';
import { isDigest } from '../../reference/index.ts';
import type { CacheStoreSummary } from '../../report/result.ts';

/** What PREPARE leaves of a store to PUBLISH in another process. */
export interface HandOver {
  /** What was done with it so far, for the result. */
  readonly before: Pick<CacheStoreSummary, 'restore' | 'requests' | 'bytesDown'>;
  /** What was found there: the save goes on from it. */
  readonly parent?: ParentCache;
}

const OUTCOMES = ['hit', 'miss', 'unasked'] as const;

/** As JSON data, for `parseHandOver`. */
export function renderHandOver({ before: { restore, requests, bytesDown }, parent }: HandOver): JsonRecord {
  const before = { restore, requests, bytesDown };
  if (parent === undefined) return { before };
  const { index, digest, signer, badPacks, badLayers } = parent;
  const bad = { badPacks: [...badPacks], badLayers: [...badLayers] };
  return { before, parent: { index: renderIndex(index), digest, ...optional('signer', signer), ...bad } };
}

/** Undefined when it is not what `renderHandOver` has made. */
export function parseHandOver(value: unknown): HandOver | undefined {
  const json = asRecord(value) ?? {};
  const before = parseBefore(json['before']);
  const parent = parseParent(json['parent']);
  if (before === undefined || (parent === undefined && json['parent'] !== undefined)) return undefined;
  return { before, ...optional('parent', parent) };
}

function parseBefore(value: unknown): HandOver['before'] | undefined {
  const { restore, requests, bytesDown } = asRecord(value) ?? {};
  const { outcome: name, reason, scope, layers, lost } = asRecord(restore) ?? {};
  const outcome = OUTCOMES.find((each) => each === name);
  const isWhole = outcome !== undefined && isCount(requests) && isCount(bytesDown) && isCount(layers) && isCount(lost);
  if (!isWhole) return undefined;
  const words = { ...optional('reason', asText(reason)), ...optional('scope', asText(scope)) };
  return { restore: { outcome, ...words, layers, lost }, requests, bytesDown };
}

function parseParent(value: unknown): ParentCache | undefined {
  const { index, digest, signer, badPacks, badLayers } = asRecord(value) ?? {};
  if (typeof index !== 'string' || typeof digest !== 'string' || !isDigest(digest)) return undefined;
  try {
    return {
      index: parseIndex(Buffer.from(index)),
      digest,
      ...optional('signer', asText(signer)),
      badPacks: new Set(asStrings(badPacks).filter(isDigest)),
      badLayers: new Set(asStrings(badLayers).filter(isDigest)),
    };
  } catch (error) {
    if (error instanceof BuildpacksError && error.code === 'image') return undefined;
    throw error;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
