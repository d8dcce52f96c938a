import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNetwork, type NetworkOptions } from '../../../packages/core/src/network/index.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { createRegistryClient } from '../../../packages/core/src/registry/index.ts';
import { type Authority, type IssueOptions, makeAuthority } from '../../bench/certificates.ts';

/** A TLS server that has every blob, and its authority. */
async function startServer(options?: IssueOptions): Promise<{ host: string; authority: Authority }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tls-'));
  const authority = await makeAuthority(directory);
  const server = createServer(await pem(authority, options), (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true });
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, authority };
}

async function pem(authority: Authority, options?: IssueOptions): Promise<{ cert: string; key: string }> {
  const { certificate, key } = await authority.issue('registry', options);
  return { cert: certificate, key };
}

function hasBlob(host: string, options: Partial<NetworkOptions>): Promise<boolean> {
  const network = createNetwork({ log: SILENT_LOG, ...options });
  onTestFinished(() => network.close());
  const client = createRegistryClient({
    network,
    credentials: { lookup: () => Promise.resolve(undefined) },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    log: SILENT_LOG,
    signal: new AbortController().signal,
  });
  return client.hasBlob({ registry: host, path: 'app' }, `sha256:${'0'.repeat(64)}`);
}

describe('a registry with a private authority', () => {
  it('is spoken to when the authority is given', async () => {
    const { host, authority } = await startServer();
    const options = { secureRegistries: [host], certificateAuthorities: [authority.certificate] };
    expect(await hasBlob(host, options)).toBe(true);
  });

  it('is refused otherwise, for good, naming the input', async () => {
    const { host } = await startServer();
    await expect(hasBlob(host, { secureRegistries: [host] })).rejects.toMatchObject({
      code: 'registry',
      transient: false,
      hint: expect.stringContaining('ca-certificates') as string,
    });
  });

  it('is refused when the certificate is for another host', async () => {
    const { host, authority } = await startServer({ hosts: ['other.example'] });
    const options = { secureRegistries: [host], certificateAuthorities: [authority.certificate] };
    await expect(hasBlob(host, options)).rejects.toThrow('other host names');
  });

  it('is not spoken to in plain http by mistake', async () => {
    const { host } = await startServer();
    await expect(hasBlob(host, {})).rejects.toMatchObject({ name: 'RegistryError' });
  });
});
