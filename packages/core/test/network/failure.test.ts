import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../src/network/index.ts';

describe('networkFailure', () => {
  const url = new URL('https://registry.example/v2/');

  it.each([
    ['ENOTFOUND', 'temporary', false, 'not known'],
    ['EAI_AGAIN', 'temporary', true, 'name server'],
    ['ECONNREFUSED', 'temporary', true, 'registry.example:443 refused'],
    ['ECONNRESET', 'temporary', true, 'failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'temporary', true, 'in time'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'temporary', true, 'did not answer the TLS handshake'],
    ['UND_ERR_HEADERS_TIMEOUT', 'temporary', true, 'did not answer'],
    ['UND_ERR_BODY_TIMEOUT', 'temporary', true, 'stopped sending'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'registry', false, 'not trusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'registry', false, 'not trusted'],
    ['CERT_HAS_EXPIRED', 'registry', false, 'not valid now'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'registry', false, 'other host names'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'registry', false, 'does not speak TLS'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'registry', false, 'TLS with'],
    ['HPE_INVALID_CONSTANT', 'registry', false, 'does not speak HTTP'],
  ])('explains %s', (code, expected, transient, text) => {
    const failure = networkFailure(Object.assign(new Error('x'), { code }), url);
    expect(failure).toMatchObject({ code: expected, transient });
    expect(failure.message).toContain(text);
    expect(failure.hint).toBeTruthy();
  });

  it('names the input for trust', () => {
    const error = Object.assign(new Error('x'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(networkFailure(error, url).hint).toContain('ca-certificates');
  });

  it.each([
    ['https://registry.example/v2/', 'name it in https-proxy.'],
    ['http://registry.example/v2/', 'name it in http-proxy.'],
    ['http://127.0.0.1:5000/v2/', 'listens on 127.0.0.1:5000.'],
  ])('of %s, which nobody answers, ends its hint with "%s"', (target, end) => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(networkFailure(error, new URL(target)).hint).toMatch(new RegExp(`${end.replaceAll('.', '\\.')}$`));
  });

  it.each(['ERR_TLS_HANDSHAKE_TIMEOUT', 'UND_ERR_SOCKET'])('names the proxy on the way (%s)', (code) => {
    const failure = networkFailure(Object.assign(new Error('x'), { code }), url, 'http://proxy.example:3128');
    expect(failure.message).toContain('through the proxy http://proxy.example:3128');
    expect(failure.hint).toContain('Check the proxy');
  });

  it('looks into the attempts on each address of a host', () => {
    const attempt = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(networkFailure(new AggregateError([attempt]), url).message).toContain('refused');
  });
});
