import { createServer as createSecure } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../../packages/core/src/doctor/verdict.ts';
import { exitStatusOf } from '../../../packages/core/src/errors/index.ts';
import { reply } from '../../../packages/core/test/registry/fake-registry.ts';
import { listen } from '../../bench/listen.ts';
import { startForwardProxy, startRudeProxy } from '../proxy/forward-proxy.ts';
import { plainOrigin } from '../proxy/origin.ts';
import { bench, checkOf, examine, startHub, startTunnelTo, testAuthority, verdicts } from './clinic.ts';

const ANN = 'password-of-ann';
const NOBODY = '127.0.0.1:1';
const FOUND = expect.stringMatching(/^ok read \S+: sha256:[0-9a-f]{12} for linux\/amd64$/) as string;

describe('when all is well', () => {
  test('every step is told, in the order in which one looks for a cause', async () => {
    const [hub, registry] = [await startHub(), await startHub()];
    const report = await examine({ image: `${registry.host}/team/app:1`, builder: `${hub.host}/builder:1` });
    expect(verdicts(report)).toEqual([
      `ok connect ${hub.host}: directly, plain http; open to everyone`,
      `ok connect ${registry.host}: directly, plain http; open to everyone`,
      FOUND,
      FOUND,
      `ok read ${registry.host}/team/app:1: may be read; no image is there yet`,
      `ok write ${registry.host}/team/app: may be pushed to, anonymously`,
    ]);
    expect(failureOf(report)).toBeUndefined();
  });

  test('nothing is left on the registry, and no layer is read', async () => {
    const registry = await startHub();
    await examine({ image: `${registry.host}/team/app:1`, builder: `${registry.host}/builder:1` });
    expect(registry.uploads.size).toBe(0);
    expect(registry.manifests.has('team/app:1')).toBe(false);
  });

  test('storage that a registry sends its clients to is named', async () => {
    const storage = await startHub();
    const hub = await startHub((exchange) => {
      const [, digest] = /\/blobs\/(sha256:.*)$/.exec(exchange.url.pathname) ?? [];
      if (digest === undefined) return false;
      return reply(exchange, 307, { location: `http://${storage.host}/signed/${digest}` });
    });
    for (const [digest, content] of hub.blobs) storage.blobs.set(digest, content);
    const report = await examine({ builder: `${hub.host}/builder:1` });
    expect(verdicts(report)).toContain(`ok storage http://${storage.host}: directly, plain http`);
    expect(checkOf(report, 'read')?.message).toContain(`content from http://${storage.host}`);
  });

  test('without image and builder the proxies alone are tried', async () => {
    const { url } = await startForwardProxy();
    expect(verdicts(await examine({ 'https-proxy': url.href }))).toEqual([
      `ok proxy http://${url.host}: listens (https-proxy)`,
    ]);
  });
});

describe('when the way is barred', () => {
  test('an unknown host is told once, and what depends on it is not tried', async () => {
    const report = await examine({ image: 'registry.nowhere.invalid/app:1', 'previous-image': 'none' });
    expect(verdicts(report)).toEqual([
      'failed connect registry.nowhere.invalid: [dns] the host name "registry.nowhere.invalid" is not known',
      "failed write registry.nowhere.invalid/app: not tried: registry.nowhere.invalid can't be reached",
    ]);
    expect(exitStatusOf(failureOf(report))).toBe(111);
  });

  test('a registry that does not listen', async () => {
    const report = await examine({ image: `${NOBODY}/app:1`, 'previous-image': 'none' });
    expect(verdicts(report)[0]).toBe(`failed connect ${NOBODY}: [tcp] ${NOBODY} refused the connection`);
  });

  test('a proxy that does not listen is told once', async () => {
    const report = await examine({
      image: 'registry.example/app:1',
      'previous-image': 'none',
      'https-proxy': `http://${NOBODY}`,
    });
    expect(verdicts(report)).toEqual([
      `failed proxy http://${NOBODY}: [tcp] ${NOBODY} refused the connection`,
      `failed connect registry.example: not tried: http://${NOBODY} can't be reached`,
      "failed write registry.example/app: not tried: registry.example can't be reached",
    ]);
  });

  test('a proxy whose name is unknown is to be checked where it was given', async () => {
    const report = await examine({
      image: 'registry.example/app:1',
      'https-proxy': 'http://proxy.nowhere.invalid:3128',
    });
    expect(checkOf(report, 'proxy')).toMatchObject({
      message: 'the host name "proxy.nowhere.invalid" is not known',
      remedy: 'Check the name and port of the proxy in https-proxy.',
    });
  });

  test.each([
    [
      'does not take the password',
      'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="corp"\r\n\r\n',
      '407',
      'user and password in https-proxy',
      2,
    ],
    [
      'forbids the host',
      'HTTP/1.1 403 Forbidden\r\n\r\n',
      '403',
      'Ask who runs the proxy to allow registry.example:443',
      2,
    ],
    [
      'does not get through',
      'HTTP/1.1 502 Bad Gateway\r\n\r\n',
      '502',
      "can't get through to registry.example:443",
      111,
    ],
  ])('a proxy that %s', async (_, answer, status, remedy, exit) => {
    const proxy = await startRudeProxy(answer);
    const report = await examine({
      image: 'registry.example/app:1',
      'https-proxy': `http://ann:${ANN}@${proxy}`,
    });
    expect(checkOf(report, 'proxy')?.verdict).toBe('ok');
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'proxy',
      message: expect.stringContaining(`the proxy http://${proxy} answers ${status}`) as string,
      remedy: expect.stringContaining(remedy) as string,
    });
    expect(exitStatusOf(failureOf(report))).toBe(exit);
    expect(JSON.stringify(report)).not.toContain(ANN);
  });

  test('a server that takes requests and answers none is given up', async () => {
    const { host } = await plainOrigin(() => undefined);
    const report = await examine({ image: `${host}/app:1`, 'previous-image': 'none' }, { longestSleep: 500 });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      code: 'temporary',
      message: 'there was no answer in 20 seconds',
    });
  });

  test('plain http where TLS is wanted', async () => {
    const registry = await startHub();
    const tunnel = await startTunnelTo(registry.host);
    const report = await examine({ image: 'registry.example/app:1', 'https-proxy': `http://${tunnel}` });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('registry.example does not speak TLS on this port') as string,
      remedy: expect.stringContaining('list registry.example in insecure-registries') as string,
    });
  });

  test('a server that is no registry is a warning with a remedy', async () => {
    const { host } = await plainOrigin((_request, response) => response.writeHead(404).end());
    const report = await examine({ image: `${host}/app:1`, 'previous-image': 'none' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'warning',
      message: 'directly, plain http; answers 404 Not Found to /v2/',
    });
    expect(checkOf(report, 'write')).toMatchObject({ verdict: 'failed', hop: 'http' });
  });
});

describe('with TLS', () => {
  test('a private authority that is missing is named, with the chain and what to do', async () => {
    const registry = await bench({ tls: true });
    const report = await examine({ image: `${registry.host}/app:1` });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('not trusted') as string,
      details: expect.arrayContaining([expect.stringContaining('CN=registry')]) as string[],
      remedy: expect.stringContaining('"CN=Bench Authority" to ca-certificates') as string,
    });
    expect(exitStatusOf(failureOf(report))).toBe(1);
  });

  test('it is well when the authority is given', async () => {
    const registry = await bench({ tls: true });
    const report = await examine({ image: `${registry.host}/app:1`, 'ca-certificates': registry.ca ?? '' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'ok',
      message: 'directly, TLSv1.3, certificate by "CN=Bench Authority"; open to everyone',
    });
  });

  test('a client certificate that is missing is asked for', async () => {
    const authority = await testAuthority();
    const registry = await bench({ tls: authority, clients: authority });
    const report = await examine({ image: `${registry.host}/app:1`, 'ca-certificates': registry.ca ?? '' });
    expect(checkOf(report, 'connect')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      message: expect.stringContaining('wants a certificate from the client') as string,
      remedy: expect.stringContaining(`client-certificates: ${registry.host}=CERTIFICATE,KEY`) as string,
    });
  });

  test('it is well when the client certificate is given', async () => {
    const authority = await testAuthority();
    const registry = await bench({ tls: authority, clients: authority });
    const { certificateFile, keyFile } = await authority.issue('ci', { client: true });
    const report = await examine({
      image: `${registry.host}/app:1`,
      'ca-certificates': registry.ca ?? '',
      'client-certificates': `${registry.host}=${certificateFile},${keyFile}`,
    });
    expect(failureOf(report)).toBeUndefined();
    expect(report.hosts).toMatchObject([{ address: registry.host, clientCertificate: certificateFile }]);
  });

  test('an https proxy that speaks no TLS is told to be written otherwise', async () => {
    const { host } = await plainOrigin(() => undefined);
    const report = await examine({ image: 'registry.example/app:1', 'https-proxy': `https://${host}` });
    expect(checkOf(report, 'proxy')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      remedy: 'If the proxy speaks no TLS itself, write http:// in https-proxy.',
    });
  });

  test('an https proxy of an unknown authority is told as the proxy', async () => {
    const { certificate: cert, key } = await (await testAuthority()).issue('proxy');
    const server = createSecure({ cert, key });
    const listening = await listen(server, 'https');
    onTestFinished(() => listening.close());
    const report = await examine({ image: 'registry.example/app:1', 'https-proxy': listening.url });
    expect(checkOf(report, 'proxy')).toMatchObject({
      verdict: 'failed',
      hop: 'tls',
      details: expect.arrayContaining(['     issued by CN=Bench Authority']) as string[],
      remedy: expect.stringContaining('"CN=Bench Authority" to ca-certificates') as string,
    });
  });
});
