import { describe, expect, it, onTestFinished } from 'vitest';
import { createNetwork, NetworkFailure, networkFailure } from '../../src/network/index.ts';
import { SILENT_LOG } from '../../src/ports/index.ts';

describe('schemeOf', () => {
  const network = () =>
    createNetwork({
      log: SILENT_LOG,
      insecureRegistries: ['Registry.corp:5000'],
      secureRegistries: ['127.0.0.1:5443'],
    });

  it.each([
    ['localhost', true],
    ['localhost:5000', true],
    ['127.0.0.1:5000', true],
    ['127.9.9.9', true],
    ['[::1]:5000', true],
    ['registry.corp:5000', true],
    ['registry.corp', false],
    ['registry.corp:5001', false],
    ['127.0.0.1:5443', false],
    ['10.0.0.1:5000', false],
    ['a.localhost', false],
    ['localhost.evil.example', false],
    ['index.docker.io', false],
  ])('for %s: %s', async (registry, expected) => {
    expect((await network().schemeOf(registry)) === 'http').toBe(expected);
  });

  it('is announced once for each registry off this machine', async () => {
    const warnings: string[] = [];
    const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
    const announcing = createNetwork({ log, insecureRegistries: ['registry.corp'] });
    await announcing.schemeOf('registry.corp');
    await announcing.schemeOf('registry.corp');
    await announcing.schemeOf('localhost');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('registry.corp');
  });
});

describe('networkFailure', () => {
  const url = new URL('https://registry.example/v2/');

  it.each([
    ['ENOTFOUND', 'temporary', false, 'not known'],
    ['EAI_AGAIN', 'temporary', true, 'name server'],
    ['ECONNREFUSED', 'temporary', true, 'registry.example:443 refused'],
    ['ECONNRESET', 'temporary', true, 'failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'temporary', true, 'in time'],
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

  it('looks into the attempts on each address of a host', () => {
    const attempt = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(networkFailure(new AggregateError([attempt]), url).message).toContain('refused');
  });

  it('explains a real TLS connection to a server without TLS', async () => {
    const { createServer } = await import('node:http');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const network = createNetwork({ log: SILENT_LOG });
    onTestFinished(async () => {
      await network.close();
      server.close();
    });
    const target = new URL(`https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`);
    const error: unknown = await network
      .dispatcher(target)
      .request({ origin: target.origin, path: '/', method: 'GET' })
      .catch((reason: unknown) => reason);
    const failure = networkFailure(error, target);
    expect(failure).toBeInstanceOf(NetworkFailure);
    expect(failure.hint).toContain('insecure-registries');
  });
});
