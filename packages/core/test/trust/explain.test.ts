import { describe, expect, it } from 'vitest';
import { type Certificate, explainTlsFailure, mayBeTlsFailure, type TlsFailure } from '../../src/trust/index.ts';

const NOW = Date.parse('2026-11-21');
const LEAF = certificate({ subject: 'CN=registry.corp', issuer: 'CN=Corp Issuing' });
const ISSUING = certificate({ subject: 'CN=Corp Issuing', issuer: 'CN=Corp Root', authority: true });
const ROOT = certificate({ subject: 'CN=Corp Root', issuer: 'CN=Corp Root', authority: true });

function certificate(changes: Partial<Certificate>): Certificate {
  return {
    pem: '',
    fingerprint256: 'AB:CD',
    subject: '',
    issuer: '',
    validFrom: Date.parse('2026-01-01'),
    validTo: Date.parse('2027-01-01'),
    authority: false,
    ...changes,
  };
}

function explain(code: string, changes: Partial<TlsFailure> = {}) {
  return explainTlsFailure({
    host: 'registry.corp:5000',
    code,
    probe: { chain: [LEAF], names: ['registry.corp', '10.0.0.1'], protocol: 'TLSv1.3' },
    sources: [
      { name: 'Node.js', count: 121, warnings: [] },
      { name: 'ca-certificates', count: 1, warnings: [] },
    ],
    now: NOW,
    ...changes,
  });
}

function chain(...certificates: readonly Certificate[]): Partial<TlsFailure> {
  return { probe: { chain: certificates, names: [] } };
}

describe('a failure of TLS', () => {
  it.each<readonly [string, Partial<TlsFailure>, string]>([
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      chain(LEAF, ISSUING, ROOT),
      'Add the certificate of "CN=Corp Root" to ca-certificates',
    ],
    ['SELF_SIGNED_CERT_IN_CHAIN', { proxy: 'http://proxy:3128' }, 'The proxy http://proxy:3128, if it looks into TLS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', chain(ROOT), 'add its own to ca-certificates'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', chain(LEAF), 'Add the certificate of "CN=Corp Issuing"'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', chain(LEAF), 'if that is an intermediate authority'],
    ['INVALID_PURPOSE', {}, 'a certificate for servers'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', chain(LEAF, ISSUING), 'Add the certificate of "CN=Corp Root"'],
    ['UNABLE_TO_GET_ISSUER_CERT', chain(), 'Add the certificate of the authority that issued it'],
    [
      'CERT_HAS_EXPIRED',
      chain({ ...LEAF, validTo: NOW - 1 }),
      'Renew the certificate of "CN=registry.corp", which ended on 2026-11-20',
    ],
    ['CERT_HAS_EXPIRED', chain(LEAF), "Renew the authority's certificate in ca-certificates"],
    [
      'CERT_NOT_YET_VALID',
      chain({ ...LEAF, validFrom: NOW + 1 }),
      "Set this machine's clock right: it says 2026-11-21",
    ],
    ['ERR_TLS_CERT_ALTNAME_INVALID', {}, '(registry.corp, 10.0.0.1)'],
    ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', { clientCertificate: 'me.pem' }, 'Check me.pem and its key'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', {}, 'list registry.corp:5000 in insecure-registries'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', {}, 'TLS 1.2 or 1.3'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', {}, 'client-certificates: registry.corp:5000=CERTIFICATE,KEY'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { clientCertificate: 'me.pem' }, 'Check that me.pem has not expired'],
    ['UNSPECIFIED', {}, 'at least 2048 bits'],
    ['ERR_SSL_SOMETHING_NEW', {}, 'the right host and port'],
  ])('%s is told with what to do', (code, changes, hint) => {
    const explanation = explain(code, changes);
    expect(explanation.message).toMatch(new RegExp(`^registry\\.corp:5000 .*\\(${code.replaceAll('/', '\\/')}\\)$`));
    expect(explanation.hint).toContain(hint);
  });

  it('is told with the chain that was seen', () => {
    const { details } = explain('SELF_SIGNED_CERT_IN_CHAIN', chain(LEAF, ISSUING, ROOT));
    expect(details.filter((line) => /^ +\d/.test(line))).toEqual([
      '  1. CN=registry.corp',
      '  2. CN=Corp Issuing',
      '  3. CN=Corp Root',
    ]);
  });

  it('is told with the way and with what is trusted', () => {
    expect(
      explain('UNSPECIFIED', { proxy: 'http://proxy:3128', clientCertificate: 'me.pem' }).details.slice(-2),
    ).toEqual([
      'connected through the proxy http://proxy:3128',
      'trusted authorities: 121 of Node.js, 1 of ca-certificates; client certificate shown: me.pem',
    ]);
  });

  it('is told without a chain when none was seen', () => {
    expect(explain('UNSPECIFIED', chain()).details[0]).toBe('no certificate was seen');
  });

  it('of a connection that was closed is told by what the probe met', () => {
    const probe = { chain: [LEAF], names: [], code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' };
    expect(explain('UND_ERR_SOCKET', { probe }).message).toContain('wants a certificate from the client');
  });

  it.each([
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['UND_ERR_CONNECT_TIMEOUT', false],
    ['UND_ERR_SOCKET', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true],
  ])('may be what %s says: %s', (code, expected) => {
    expect(mayBeTlsFailure(code)).toBe(expected);
  });
});
