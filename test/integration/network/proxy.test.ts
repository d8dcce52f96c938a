import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { listen } from '../../bench/listen.ts';
import { hasBlob, newAuthority, readManifest, recordLog, startGateway, startRegistry } from './peers.ts';

const NAME = 'registry.test';
const BLOB = `/v2/app/blobs/sha256:${'0'.repeat(64)}`;

describe('a registry behind a proxy', () => {
  it('is reached by a tunnel', async () => {
    const authority = await newAuthority();
    const registry = await startRegistry(await authority.issue('registry', { hosts: [NAME] }));
    const proxy = await startGateway({ [`${NAME}:443`]: registry.host });
    const inputs = { 'https-proxy': `http://${proxy.host}`, 'ca-certificates': authority.certificate };
    expect(await hasBlob(NAME, inputs)).toBe(true);
    expect(proxy.requests).toEqual([`CONNECT ${NAME}:443`]);
    expect(registry.requests).toEqual([`HEAD ${BLOB}`]);
  });

  it('is reached directly when no-proxy lists it', async () => {
    const proxy = await startGateway({});
    const inputs = { 'https-proxy': `http://${proxy.host}`, 'no-proxy': NAME };
    await expect(hasBlob(NAME, inputs)).rejects.toThrow(`"${NAME}" is not known`);
    expect(proxy.requests).toEqual([]);
  });

  it('is explained with the proxy when it is not trusted, and looked at through it', async () => {
    const authority = await newAuthority();
    const registry = await startRegistry(await authority.issue('registry', { hosts: [NAME] }));
    const proxy = await startGateway({ [`${NAME}:443`]: registry.host });
    const failure = hasBlob(NAME, { 'https-proxy': `http://user:canary@${proxy.host}` });
    await expect(failure).rejects.toThrow(`connected through the proxy http://${proxy.host}`);
    await expect(failure).rejects.toThrow('issued by CN=Bench Authority');
    await expect(failure).rejects.not.toThrow('canary');
    expect(proxy.requests).toEqual([`CONNECT ${NAME}:443`, `CONNECT ${NAME}:443`]);
  });

  it('need not be: where it redirects to is decided anew', async () => {
    const storage = await startRegistry();
    const proxy = await startGateway({ 'storage.test:80': storage.host });
    const registry = createServer((_, response) => {
      response.writeHead(307, { location: 'http://storage.test/blob' }).end();
    });
    const listening = await listen(registry, 'http');
    onTestFinished(() => listening.close());
    expect(await hasBlob(listening.host, { 'http-proxy': proxy.host })).toBe(true);
    expect(proxy.requests).toEqual(['HEAD http://storage.test/blob']);
  });

  it('is told with the proxy when it hangs up', async () => {
    const authority = await newAuthority();
    const registry = await startRegistry(await authority.issue('registry', { hosts: [NAME] }), { patience: 0 });
    const proxy = await startGateway({ [`${NAME}:443`]: registry.host });
    const inputs = { 'https-proxy': `http://user:canary@${proxy.host}`, 'ca-certificates': authority.certificate };
    await expect(hasBlob(NAME, inputs)).rejects.toThrow(`through the proxy http://${proxy.host}`);
  });

  it('is told with the proxy when its answer breaks off', async () => {
    const authority = await newAuthority();
    const registry = await startRegistry(await authority.issue('registry', { hosts: [NAME] }), { halfway: true });
    const proxy = await startGateway({ [`${NAME}:443`]: registry.host });
    const inputs = { 'https-proxy': `http://${proxy.host}`, 'ca-certificates': authority.certificate };
    await expect(readManifest(`${NAME}/app:1`, [], inputs)).rejects.toThrow(`through the proxy http://${proxy.host}`);
  });

  it('may speak plain http when it is insecure: asked by a tunnel, then sent requests', async () => {
    const registry = await startRegistry();
    const host = `${NAME}:5000`;
    const proxy = await startGateway({ [host]: registry.host });
    const inputs = { 'http-proxy': proxy.host, 'https-proxy': proxy.host, 'insecure-registries': host };
    expect(await hasBlob(host, inputs)).toBe(true);
    expect(proxy.requests).toEqual([`CONNECT ${host}`, `HEAD http://${host}${BLOB}`]);
  });
});

describe('a proxy that is in the way', () => {
  it.each([
    [403, 'denied', 1],
    [407, 'denied', 1],
    [502, 'temporary', 4],
  ])('with %i is blamed by its address, as %s, after %i tries', async (status, code, tries) => {
    const proxy = await startGateway({}, status);
    await expect(hasBlob(NAME, { 'https-proxy': `http://${proxy.host}` })).rejects.toMatchObject({
      name: 'ProxyError',
      code,
      message: expect.stringContaining(`the proxy http://${proxy.host} answers ${status}`) as string,
    });
    expect(proxy.requests).toHaveLength(tries);
  });

  it('may let plain http through to an insecure registry where it opens no tunnel', async () => {
    const registry = await startRegistry();
    const proxy = await startGateway({ [`${NAME}:80`]: registry.host });
    const inputs = { 'http-proxy': proxy.host, 'https-proxy': proxy.host, 'insecure-registries': NAME };
    expect(await hasBlob(NAME, inputs)).toBe(true);
    expect(proxy.requests).toEqual([`CONNECT ${NAME}:443`, `HEAD http://${NAME}${BLOB}`]);
  });

  it('gets no plain http for any other registry', async () => {
    const registry = await startRegistry();
    const proxy = await startGateway({ [`${NAME}:80`]: registry.host });
    const inputs = { 'http-proxy': proxy.host, 'https-proxy': proxy.host, 'insecure-registries': `${NAME}:5000` };
    await expect(hasBlob(NAME, inputs)).rejects.toMatchObject({ name: 'ProxyError' });
    expect(registry.requests).toEqual([]);
  });
});

describe('the secrets of a proxy', () => {
  it('are masked before anything else happens', () => {
    const { log, masked } = recordLog();
    openNetwork({ 'https-proxy': 'http://user:p%40ss@proxy.test' }, { log });
    expect(masked).toEqual(expect.arrayContaining(['p@ss', 'p%40ss']));
  });
});
