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

  it.each([
    ['nothing', ''],
    ['no key', 'not a key'],
    ['a public key', A.open],
    ['two keys', `${A.secret}${B.secret}`],
    ['a key of another kind', RSA.privateKey],
  ])('do not sign when they are %s', (_, text) => {
    expect(() => readSignKey(text)).toThrow('cache-sign-key: the value is not one Ed25519 private key');
  });

  it.each([
    ['nothing', '\n', 'there is no key'],
    ['a private key', A.secret, 'key 1 is not an Ed25519 public key'],
    ['one good and one bad key', `${A.open}${RSA.publicKey}`, 'key 2 is not an Ed25519 public key'],
  ])('do not verify when they are %s', (_, text, message) => {
    expect(() => readVerifyKeys(text)).toThrow(`cache-verify-keys: ${message}`);
  });

  it('are never in a message', () => {
    const body = bodyOf(RSA.privateKey).slice(0, 40);
    expect(errorOf(() => readSignKey(RSA.privateKey))).not.toContain(body);
  });
});

function errorOf(act: () => unknown): string {
  try {
    act();
    return '';
  } catch (error) {
    return error instanceof InputError ? JSON.stringify([error.message, error.problems, error.stack]) : '';
  }
}
