import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSignKey, readVerifyKeys } from '../../../src/cache/format/keys.ts';
import { InputError } from '../../../src/errors/index.ts';

function pems(pair = generateKeyPairSync('ed25519')) {
  return {
    secret: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    open: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

const A = pems();
const B = pems();
const RSA = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  publicKeyEncoding: { format: 'pem', type: 'spki' },
});

const LOCKED = generateKeyPairSync('ed25519')
  .privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' })
  .toString();

/** The base64 part of a PEM text. */
const bodyOf = (pem: string) => pem.split('\n').slice(1, -2).join('');

describe('keys of the cache', () => {
  it('are known by the same name on both sides', () => {
    expect(readSignKey(A.secret).id).toBe(readVerifyKeys(A.open)[0]?.id);
  });

  it('may be on one line', () => {
    expect(readSignKey(` ${bodyOf(A.secret)}\n`).id).toBe(readSignKey(A.secret).id);
    expect(readVerifyKeys(`${bodyOf(A.open)}\n${bodyOf(B.open)}\n`).map(({ id }) => id)).toEqual(
      readVerifyKeys(`${A.open}# the next\n${B.open}`).map(({ id }) => id),
    );
  });

  it('may be base64 of the whole text, on one line or on many', () => {
    const wrapped = (
      Buffer.from(A.secret)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n');
    expect(readSignKey(wrapped).id).toBe(readSignKey(A.secret).id);
    expect(readVerifyKeys(Buffer.from(`${A.open}${B.open}`).toString('base64'))).toHaveLength(2);
  });

  it.each([
    ['nothing', '', ''],
    ['no key', 'not a key', ': it is neither PEM nor base64 of a key'],
    ['a public key', A.open, ': it is a public key'],
    ['a public key on one line', bodyOf(A.open), ': it is a public key'],
    ['two keys', `${A.secret}${B.secret}`, ': it has 2 keys'],
    ['a key of another kind', RSA.privateKey, ': its algorithm is rsa'],
    ['a key with a passphrase', LOCKED, ': it has a passphrase'],
    ['a block of something else', A.secret.replaceAll('PRIVATE KEY', 'CERTIFICATE'), ": it can't be read"],
  ])('do not sign when they are %s', (_, text, why) => {
    expect(errorOf(() => readSignKey(text))?.message).toBe(
      `cache-sign-key: the value is not one Ed25519 private key${why}`,
    );
  });

  it.each([
    ['nothing', '\n', 'there is no key'],
    ['a private key', A.secret, 'key 1 is not an Ed25519 public key: it is a private key'],
    ['a private key on one line', bodyOf(A.secret), 'key 1 is not an Ed25519 public key: it is a private key'],
    ['the name of a file', 'cache.pub', 'key 1 is not an Ed25519 public key: it is neither PEM nor base64 of a key'],
    ['good and bad', `${A.open}${RSA.publicKey}`, 'key 2 is not an Ed25519 public key: its algorithm is rsa'],
  ])('do not verify when they are %s', (_, text, message) => {
    expect(() => readVerifyKeys(text)).toThrow(`cache-verify-keys: ${message}`);
  });

  it('are never in a message', () => {
    const body = bodyOf(RSA.privateKey).slice(0, 40);
    const error = errorOf(() => readSignKey(RSA.privateKey));
    expect(JSON.stringify([error?.message, error?.problems, error?.stack])).not.toContain(body);
  });
});

function errorOf(act: () => unknown): InputError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof InputError ? error : undefined;
  }
}
