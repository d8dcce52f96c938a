import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { InputError, type InputProblem } from '../../errors/index.ts';

/** A key with the name by which a signature says which one made it: the start of the public key's SHA-256. */
export interface CacheKey {
  readonly id: string;
  readonly key: KeyObject;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g;
const PEM = '-----BEGIN ';
const HINT_PRIVATE =
  'Make one with "openssl genpkey -algorithm ed25519", and give the PEM text or its base64 part on one line.';
const HINT_PUBLIC =
  'Get it with "openssl pkey -pubout" from the private key, and give the PEM text or its base64 part on one line.';
const HINT_PASSPHRASE = 'Write it without one with "openssl pkey", and keep it where the CI keeps its secrets.';

type Kind = 'private' | 'public';

/** One key as it was given. */
interface KeyText {
  /** What its PEM block is called; absent without one. */
  readonly label?: string;
  readonly der: Buffer;
}

/**
 * Reads the private key that signs indexes: PEM (PKCS #8), or its base64 part on one line for CIs that mask only such values.
 *
 * @throws InputError that never holds the text
 */
export function readSignKey(text: string, input = 'cache-sign-key'): CacheKey {
  const [first, ...more] = keyTexts(text);
  const what = 'the value is not one Ed25519 private key';
  if (first === undefined) throw new InputError([{ input, message: what, hint: HINT_PRIVATE }]);
  const key = more.length > 0 ? `it has ${more.length + 1} keys` : readKey(first, 'private');
  if (typeof key !== 'string') return { id: idOf(createPublicKey(key)), key };
  const hint = isEncrypted(first) ? HINT_PASSPHRASE : HINT_PRIVATE;
  throw new InputError([{ input, message: `${what}: ${key}`, hint }]);
}

/**
 * Reads the public keys of those who may write: PEM blocks (SubjectPublicKeyInfo) one after the other, or a base64 line for each.
 *
 * @throws InputError when one of them can't be read, or there is none
 */
export function readVerifyKeys(text: string, input = 'cache-verify-keys'): readonly CacheKey[] {
  const found = keyTexts(text).map((each) => readKey(each, 'public'));
  const problems = found.flatMap((key, index): InputProblem[] =>
    typeof key === 'string'
      ? [{ input, message: `key ${index + 1} is not an Ed25519 public key: ${key}`, hint: HINT_PUBLIC }]
      : [],
  );
  if (found.length === 0) problems.push({ input, message: 'there is no key', hint: HINT_PUBLIC });
  if (problems.length > 0) throw new InputError(problems);
  return found.filter((key) => typeof key !== 'string').map((key) => ({ id: idOf(key), key }));
}

/** Each block, or each line when there are no blocks. Some CIs want the whole PEM text in base64. */
function keyTexts(text: string): readonly KeyText[] {
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  const blocks = [...(decoded.startsWith(PEM) ? decoded : text).matchAll(BLOCK)];
  if (blocks.length > 0) {
    return blocks.map(([, label = '', body = '']) => ({ label, der: Buffer.from(body, 'base64') }));
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => ({ der: Buffer.from(line, 'base64') }));
}

/** The key, or what is wrong with it. */
function readKey(text: KeyText, wanted: Kind): KeyObject | string {
  if (isEncrypted(text)) return 'it has a passphrase';
  const key = parsed(text, wanted);
  if (key === undefined) {
    const other = wanted === 'private' ? 'public' : 'private';
    if (parsed(text, other) !== undefined) return `it is a ${other} key`;
    return text.label === undefined ? 'it is neither PEM nor base64 of a key' : "it can't be read";
  }
  const { asymmetricKeyType: type = 'unknown' } = key;
  return type === 'ed25519' ? key : `its algorithm is ${type}`;
}

function isEncrypted({ label = '' }: KeyText): boolean {
  return label.startsWith('ENCRYPTED ');
}

function parsed({ label, der }: KeyText, kind: Kind): KeyObject | undefined {
  if (label !== undefined && label !== `${kind.toUpperCase()} KEY`) return undefined;
  try {
    return kind === 'private'
      ? createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function idOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}
