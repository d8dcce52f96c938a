import { sign, verify } from 'node:crypto';
import { asRecord, asText, parseJson } from '../../json/json.ts';
import type { CacheKey } from './keys.ts';
import { damagedIndex } from './refusal.ts';

/** The first line of an index object. The number is the version of everything that `docs/cache-format.md` says. */
const NAME = 'buildpacks-ci-cache';
const VERSION = '1';
const MAGIC = `${NAME} ${VERSION}\n`;
/** Longer first or second lines are not ours. */
const MAX_LINE = 1024;
const NEWLINE = 0x0a;

/** An index object taken apart: nothing of it is believed yet. */
export interface Envelope {
  /** The compressed text of the index. */
  readonly payload: Uint8Array;
  readonly signature?: { readonly key: string; readonly bytes: Uint8Array };
}

/** Two lines, then the payload: which format this is, and who signed it. */
export function sealEnvelope(payload: Uint8Array, key: CacheKey | undefined): Buffer {
  const signed =
    key === undefined ? {} : { key: key.id, signature: sign(null, statementOf(payload), key.key).toString('base64') };
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(signed)}\n`), payload]);
}

/**
 * @returns `other-version` for an index object of a version that we don't know
 * @throws BuildpacksError `image` for what is no index object
 */
export function openEnvelope(bytes: Uint8Array): Envelope | 'other-version' {
  const [name, version, ...more] = lineAt(bytes, 0).split(' ');
  if (name !== NAME || version === undefined || more.length > 0) throw damagedIndex('it is no index of a layer cache');
  if (version !== VERSION) return 'other-version';
  const line = lineAt(bytes, MAGIC.length);
  const signed = asRecord(parseJson(line));
  if (signed === undefined) throw damagedIndex('its second line is no JSON object');
  const payload = bytes.subarray(MAGIC.length + Buffer.byteLength(line) + 1);
  const key = asText(signed['key']);
  const signature = asText(signed['signature']);
  if (key === undefined || signature === undefined) return { payload };
  return { payload, signature: { key, bytes: Buffer.from(signature, 'base64') } };
}

/** Whether one of the keys made the envelope's signature. */
export function isSignedBy({ payload, signature }: Envelope, keys: readonly CacheKey[]): boolean {
  if (signature === undefined) return false;
  const statement = statementOf(payload);
  return keys.some(({ id, key }) => id === signature.key && verify(null, statement, key, signature.bytes));
}

/** What is signed: the payload under the format's name, so that the signature fits nothing else that the key may sign. */
function statementOf(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(MAGIC), payload]);
}

function lineAt(bytes: Uint8Array, start: number): string {
  const line = bytes.subarray(start, start + MAX_LINE);
  const end = line.indexOf(NEWLINE);
  if (end === -1) throw damagedIndex('it is no index of a layer cache');
  return Buffer.from(line.subarray(0, end)).toString('latin1');
}
