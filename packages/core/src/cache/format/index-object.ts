import { BuildpacksError } from '../../errors/index.ts';
import { optional } from '../../json/json.ts';
import { type Digest, digestOf } from '../../reference/index.ts';
import type { CacheIndex } from './cache-index.ts';
import { checkIndex } from './check.ts';
import { type Envelope, isSignedBy, openEnvelope, sealEnvelope } from './envelope.ts';
import { compressFrame, decompressFrame } from './frame.ts';
import { type CacheIdentity, isSameIdentity } from './identity.ts';
import type { CacheKey } from './keys.ts';
import { CACHE_LIMITS } from './limits.ts';
import { parseIndex } from './parse.ts';
import { damagedIndex } from './refusal.ts';
import { renderIndex } from './render.ts';

/** Why a stored index is not used. */
export type Refusal = 'version' | 'damaged' | 'unsigned' | 'identity' | 'builder' | 'expired';

/** What a reader asks of an index. */
export interface IndexExpectation {
  readonly identity: CacheIdentity;
  /**
   * With keys, only an index that one of them signed is used, for the same builder, within its time: whoever can write to the store
   * can't bring back an older cache or another one's.
   */
  readonly signed?: {
    readonly keys: readonly CacheKey[];
    readonly builder: Digest;
    /** Seconds since the epoch. */
    readonly now: number;
  };
}

/** What is in an index object. */
export interface SealedIndex {
  readonly index: CacheIndex;
  /** The digest of the object. */
  readonly digest: Digest;
  /** The name of the key that signed it; where no signature was asked for, what it says itself. */
  readonly signer?: string;
}

interface RefusedIndex {
  readonly kind: 'refused';
  readonly reason: Refusal;
  readonly message: string;
}

export type OpenedIndex = (SealedIndex & { readonly kind: 'index' }) | RefusedIndex;

/** What is there under some key, for people: an index whose identity nobody expects. */
export type ExaminedIndex =
  | (SealedIndex & {
      readonly kind: 'index';
      /** `known`: one of the given keys signed it. */
      readonly signature: 'none' | 'known' | 'unknown';
    })
  | RefusedIndex;

/** Seconds by which the clocks of two machines may differ. */
const CLOCK_SKEW = 3600;

/**
 * The object that is stored for an index.
 *
 * @throws BuildpacksError `image` for an index that no reader would take
 */
export async function sealIndex(index: CacheIndex, key?: CacheKey): Promise<Buffer> {
  checkIndex(index);
  const text = Buffer.from(renderIndex(index));
  const object = sealEnvelope(await compressFrame(text), key);
  if (text.length <= CACHE_LIMITS.indexText && object.length <= CACHE_LIMITS.indexObject) return object;
  throw damagedIndex(`it has ${object.length} bytes`);
}

/** Reads a stored object as hostile input. The signature comes first: nothing else is looked at when it is missing or wrong. */
export async function openIndex(object: Uint8Array, expected: IndexExpectation): Promise<OpenedIndex> {
  return refusingDamage(async () => {
    const envelope = envelopeOf(object);
    if (envelope === 'other-version') return OTHER_VERSION;
    const { signed } = expected;
    if (signed !== undefined && !isSignedBy(envelope, signed.keys))
      return refused('unsigned', unsignedMessage(signerOf(envelope)));
    const index = parseIndex(await textOf(envelope));
    const signer = optional('signer', signerOf(envelope));
    return mismatch(index, expected) ?? { kind: 'index', index, digest: digestOf(object), ...signer };
  });
}

/** As `openIndex`, for whoever wants to know what it is and not to use it. */
export async function examineIndex(object: Uint8Array, keys: readonly CacheKey[]): Promise<ExaminedIndex> {
  return refusingDamage(async () => {
    const envelope = envelopeOf(object);
    if (envelope === 'other-version') return OTHER_VERSION;
    const known = isSignedBy(envelope, keys) ? 'known' : 'unknown';
    const signature = envelope.signature === undefined ? 'none' : known;
    const index = parseIndex(await textOf(envelope));
    return { kind: 'index', index, digest: digestOf(object), signature, ...optional('signer', signerOf(envelope)) };
  });
}

/** @param signer the key that is named */
export function unsignedMessage(signer: string | undefined): string {
  const claim = signer === undefined ? 'it is not signed' : `it names the key ${signer}`;
  return `none of the keys signed it: ${claim}`;
}

/** The key that an index says has signed it. Anybody can write a name there. */
function signerOf({ signature }: Envelope): string | undefined {
  return signature && (/^[0-9a-f]{16}$/.test(signature.key) ? signature.key : 'of no name');
}

const OTHER_VERSION = refused('version', 'it is of a version that this program does not know');

function envelopeOf(object: Uint8Array): ReturnType<typeof openEnvelope> {
  if (object.length > CACHE_LIMITS.indexObject) throw damagedIndex(`it has ${object.length} bytes`);
  return openEnvelope(object);
}

async function refusingDamage<T>(work: () => Promise<T>): Promise<T | RefusedIndex> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BuildpacksError && error.code === 'image') return refused('damaged', error.message);
    throw error;
  }
}

async function textOf({ payload }: Envelope): Promise<Buffer> {
  try {
    return await decompressFrame(payload, CACHE_LIMITS.indexText);
  } catch (error) {
    throw damagedIndex(`its compressed data is damaged (${error instanceof Error ? error.message : String(error)})`);
  }
}

function mismatch(index: CacheIndex, { identity, signed }: IndexExpectation): OpenedIndex | undefined {
  if (!isSameIdentity(index.identity, identity)) {
    return refused('identity', `it belongs to ${JSON.stringify(index.identity.repository)} and another identity`);
  }
  if (signed === undefined) return undefined;
  if (index.builder !== signed.builder) return refused('builder', `it was made with the builder ${index.builder}`);
  if (index.expires <= signed.now) return refused('expired', 'it has expired');
  if (index.created > signed.now + CLOCK_SKEW) return refused('expired', 'it comes from the future');
  return undefined;
}

function refused(reason: Refusal, message: string): RefusedIndex {
  return { kind: 'refused', reason, message };
}
