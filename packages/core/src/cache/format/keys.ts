import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { InputError, type InputProblem } from '../../errors/index.ts';

/** A key with the name by which a signature says which one made it: the start of the public key's SHA-256. */
export interface CacheKey {
  readonly id: string;
  readonly key: KeyObject;
}

const BLOCK = /-----BEGIN ([A-Z ]+)-----([^-]+)-----END \1-----/g;
const HINT_PRIVATE =
  'Make one with "openssl genpkey -algorithm ed25519", and give the PEM text or its base64 part on one line.';
const HINT_PUBLIC =
  'Get it with "openssl pkey -pubout" from the private key, and give the PEM text or its base64 part on one line.';

/**
 * Reads the private key that signs indexes: PEM (PKCS #8), or its base64 part on one line for CIs that mask only such values.
 *
 * @throws InputError that never holds the text
 */
export function readSignKey(text: string, input = 'cache-sign-key'): CacheKey {
  const [der, ...more] = keyTexts(text, 'PRIVATE KEY');
  const key =
    der === undefined || more.length > 0
      ? undefined
      : parsed(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  if (key === undefined)
    throw new InputError([notKey(input, 'the value is not one Ed25519 private key', HINT_PRIVATE)]);
  return { id: idOf(createPublicKey(key)), key };
}

/**
 * Reads the public keys of those who may write: PEM blocks (SubjectPublicKeyInfo) one after the other, or a base64 line for each.
 *
 * @throws InputError when one of them can't be read, or there is none
 */
export function readVerifyKeys(text: string, input = 'cache-verify-keys'): readonly CacheKey[] {
  const found = keyTexts(text, 'PUBLIC KEY').map((der) =>
    parsed(() => createPublicKey({ key: der, format: 'der', type: 'spki' })),
  );
  const problems = found.flatMap((key, index) =>
    key === undefined ? [notKey(input, `key ${index + 1} is not an Ed25519 public key`, HINT_PUBLIC)] : [],
  );
  if (found.length === 0) problems.push(notKey(input, 'there is no key', HINT_PUBLIC));
  if (problems.length > 0) throw new InputError(problems);
  return found.filter((key) => key !== undefined).map((key) => ({ id: idOf(key), key }));
}

/** The DER of each block; of each line when there are no blocks. A block of another kind is given as nothing, which is no key. */
function keyTexts(text: string, label: string): readonly Buffer[] {
  const blocks = [...text.matchAll(BLOCK)];
  const bodies =
    blocks.length > 0
      ? blocks.map(([, kind, body]) => (kind === label ? (body ?? '') : ''))
      : text.split('\n').filter((line) => line.trim() !== '');
  return bodies.map((body) => Buffer.from(body, 'base64'));
}

function parsed(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

function notKey(input: string, message: string, hint: string): InputProblem {
  return { input, message, hint };
}

function idOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}
