import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors/index.ts';
import { readCertificates } from '../../src/trust/certificate-text.ts';
import { readUserCertificates } from '../../src/trust/index.ts';
import { AUTHORITY, LEAF, OTHER_AUTHORITY } from './samples.ts';

/** Not a real one. */
const SECRET = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc2VjcmV0c2VjcmV0';
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`;
const DER = new Uint8Array(new X509Certificate(AUTHORITY).raw);

/** A file with a few of its bytes changed, lost or repeated. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const damage = fc.record({ at: fc.nat(bytes.length), drop: fc.nat(40), add: fc.uint8Array({ maxLength: 8 }) });
  return fc
    .array(damage, { maxLength: 3 })
    .map((list) =>
      list.reduce(
        (file, { at, drop, add }) => Buffer.concat([file.subarray(0, at), add, file.subarray(at + drop)]),
        bytes,
      ),
    );
}

const certificate = fc.constantFrom(AUTHORITY, LEAF, OTHER_AUTHORITY);
const file = fc.oneof(
  fc.uint8Array(),
  damaged(DER),
  fc
    .array(fc.oneof(certificate, fc.constant(PRIVATE_KEY), fc.string()), { maxLength: 4 })
    .chain((parts) => damaged(Buffer.from(parts.join('')))),
);

describe('the bytes of a file', () => {
  it('are certificates or problems, whatever they are', () => {
    fc.assert(
      fc.property(file, (bytes) => {
        const { certificates, problems } = readCertificates(bytes);
        expect(certificates.length + problems.length).toBeGreaterThan(0);
        for (const { pem } of certificates) expect(readCertificates(Buffer.from(pem)).problems).toEqual([]);
      }),
    );
  });

  it('with certificates and anything else between give all of them or a problem', () => {
    const between = fc.constantFrom('', '\n', '# text\n', '-----BEGIN X-----\n', 'QUJD\n', PRIVATE_KEY);
    fc.assert(
      fc.property(fc.array(fc.tuple(between, certificate), { minLength: 1, maxLength: 5 }), (parts) => {
        const { certificates, problems } = readCertificates(Buffer.from(parts.flat().join('')));
        expect(certificates.length === parts.length || problems.length > 0).toBe(true);
      }),
    );
  });
});

describe('the input', () => {
  it('is refused or read, and never quoted where it holds a private key, whatever became of the lines around that', () => {
    const begin = fc.constantFrom(
      '-----BEGIN PRIVATE KEY-----',
      '----BEGIN PRIVATE KEY----',
      '-----BEGIN PRIVATE',
      '#',
      '',
    );
    const end = fc.constantFrom('-----END PRIVATE KEY-----', '-----END PRIVATE KEY', '----END', '');
    const gap = fc.constantFrom('\n', '\n\n', ' ', '');
    const key = fc.tuple(begin, gap, fc.constant(SECRET), gap, end).map((parts) => parts.join(''));
    const line = fc.oneof(certificate, fc.constantFrom('x.pem', '-----', '-----BEGIN '));
    fc.assert(
      fc.property(fc.array(fc.oneof(key, line), { maxLength: 4 }), (parts) => {
        try {
          readUserCertificates(parts.join('\n'), { workingDirectory: '/nonexistent', now: 0 });
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(JSON.stringify(error.problems)).not.toContain(SECRET);
        }
      }),
    );
  });
});
