import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Authority } from '../../bench/certificates.ts';
import {
  hasBlob,
  newAuthority,
  openRegistry,
  readManifest,
  recordLog,
  type RegistrySettings,
  scratch,
  startRegistry,
} from './peers.ts';

/** A TLS registry on loopback, and the authority that vouches for it. */
async function startTrusted(hosts?: readonly string[]) {
  const authority = await newAuthority();
  const registry = await startRegistry(await authority.issue('registry', hosts === undefined ? {} : { hosts }));
  return { ...registry, authority };
}

/** One that wants to know who asks. */
async function startMutual(settings: RegistrySettings = {}) {
  const authority = await newAuthority();
  const options = { requestCert: true, ca: [authority.certificate], ...settings };
  const registry = await startRegistry(await authority.issue('registry'), options);
  return { ...registry, authority, client: await authority.issue('client', { client: true }) };
}

describe('a registry with a private authority', () => {
  it.each<[string, (authority: Authority) => Readonly<Record<string, string>>]>([
    ['as text', ({ certificate }) => ({ 'ca-certificates': certificate })],
    ['as a file', ({ certificateFile }) => ({ 'ca-certificates': certificateFile })],
  ])('is spoken to when ca-certificates gives it %s', async (_, inputs) => {
    const { host, authority } = await startTrusted();
    expect(await hasBlob(host, inputs(authority))).toBe(true);
  });

  it.each([
    ['SSL_CERT_FILE', (authority: Authority) => authority.certificateFile],
    ['NODE_EXTRA_CA_CERTS', (authority: Authority) => authority.certificateFile],
    ['SSL_CERT_DIR', (authority: Authority) => `/nonexistent:${path.dirname(authority.certificateFile)}`],
  ])('is spoken to when %s gives it', async (variable, value) => {
    const { host, authority } = await startTrusted();
    expect(await hasBlob(host, {}, { environment: { [variable]: value(authority) } })).toBe(true);
  });

  it('is refused otherwise, for good, telling what was seen and what to do', async () => {
    const { host, requests, authority } = await startTrusted();
    const other = await newAuthority('Another Authority');
    const failure = hasBlob(host, { 'ca-certificates': other.certificateFile });
    await expect(failure).rejects.toMatchObject({ name: 'RegistryError', code: 'registry', transient: false });
    const { message, hint } = (await failure.catch((error: unknown) => error)) as Error & { readonly hint: string };
    expect(message).toMatch(/^can't look for the blob .*: HEAD https:\/\//);
    expect(message).toContain('1. CN=registry');
    expect(message).toContain('issued by CN=Bench Authority');
    expect(message).toContain('connected directly, without a proxy');
    expect(message).toContain(`1 of ${other.certificateFile}`);
    expect(hint).toContain('ca-certificates');
    // Nothing but handshakes, and no plain http.
    expect(requests).toEqual([]);
    expect(await hasBlob(host, { 'ca-certificates': authority.certificate })).toBe(true);
  });

  it('is told with its chain only where nobody was told before, when a mirror is refused too', async () => {
    const [source, mirror] = [await startTrusted(), await startTrusted()];
    const failure = readManifest(`${source.host}/app:1`, [`${source.host}=${mirror.host}`]);
    const { message } = (await failure.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(new RegExp(`; ${source.host}/app: .*\\ncertificates seen`));
    expect(message.match(/certificates seen/g)).toHaveLength(1);
  });

  it('is refused when the certificate is for another host', async () => {
    const { host, authority } = await startTrusted(['other.test']);
    const failure = hasBlob(host, { 'ca-certificates': authority.certificate });
    await expect(failure).rejects.toThrow(/certificate for other host names/);
    await expect(failure).rejects.toMatchObject({ hint: expect.stringContaining('other.test') as string });
  });

  it('is refused whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { host } = await startTrusted();
    await expect(hasBlob(host)).rejects.toMatchObject({ code: 'registry' });
    vi.unstubAllEnvs();
  });
});

describe('a registry in insecure-registries', () => {
  it('may have any certificate, and that is told once', async () => {
    const { host } = await startTrusted(['other.test']);
    const { log, warnings } = recordLog();
    expect(await hasBlob(host, { 'insecure-registries': host }, { log })).toBe(true);
    expect(warnings).toEqual([`the certificate of ${host} is not verified, as insecure-registries says`]);
  });

  it('is one for its own port only', async () => {
    const [listed, other] = [await startTrusted(), await startTrusted()];
    await expect(hasBlob(other.host, { 'insecure-registries': listed.host })).rejects.toMatchObject({
      code: 'registry',
    });
  });

  it('may be named by a registries.conf', async () => {
    const { host } = await startTrusted();
    const file = path.join(await scratch(), 'registries.conf');
    await writeFile(file, `[[registry]]\nlocation = "${host}"\ninsecure = true\n`);
    const { log, warnings } = recordLog();
    expect(await hasBlob(host, { 'registries-conf': file }, { log })).toBe(true);
    expect(warnings).toEqual([`the certificate of ${host} is not verified, as registries-conf says`]);
  });
});

describe('a registry that wants a certificate from its client', () => {
  it('is shown the one of client-certificates', async () => {
    const { host, authority, client } = await startMutual();
    const line = `${host}=${client.certificateFile},${client.keyFile}`;
    expect(await hasBlob(host, { 'ca-certificates': authority.certificate, 'client-certificates': line })).toBe(true);
  });

  it('is shown the one of certs.d, which may also hold its authority', async () => {
    const { host, authority, client } = await startMutual();
    const home = await scratch();
    const folder = path.join(home, '.config/containers/certs.d', host);
    await mkdir(folder, { recursive: true });
    await copyFile(authority.certificateFile, path.join(folder, 'ca.crt'));
    await copyFile(client.certificateFile, path.join(folder, 'client.cert'));
    await copyFile(client.keyFile, path.join(folder, 'client.key'));
    expect(await hasBlob(host, {}, { home })).toBe(true);
  });

  it('is shown the one of a hosts.toml, which may also hold its authority', async () => {
    const { host, authority, client } = await startMutual();
    const folder = path.join(await scratch(), 'registry.test');
    await mkdir(folder);
    await writeFile(
      path.join(folder, 'hosts.toml'),
      `[host."https://${host}"]\nca = "${authority.certificateFile}"\nclient = [["${client.certificateFile}", "${client.keyFile}"]]\n`,
    );
    expect(await hasBlob(host, { 'registries-conf': path.join(folder, 'hosts.toml') })).toBe(true);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is explained when there is none, with %s', async (maxVersion) => {
    const { host, authority } = await startMutual({ maxVersion });
    const failure = hasBlob(host, { 'ca-certificates': authority.certificate });
    await expect(failure).rejects.toMatchObject({
      code: 'registry',
      message: expect.stringContaining('as a server does that wants a certificate from the client') as string,
      hint: expect.stringContaining(`client-certificates: ${host}=`) as string,
    });
  });

  it('is explained when it refuses ours', async () => {
    const { host, authority } = await startMutual();
    const foreign = await (await newAuthority()).issue('client', { client: true });
    const inputs = {
      'ca-certificates': authority.certificate,
      'client-certificates': `${host}=${foreign.certificateFile},${foreign.keyFile}`,
    };
    await expect(hasBlob(host, inputs)).rejects.toThrow(/refused the certificate of the client/);
  });

  it('may hang up later: that is no matter of certificates', async () => {
    const { host, authority, client } = await startMutual({ patience: 1 });
    const line = `${host}=${client.certificateFile},${client.keyFile}`;
    const ask = openRegistry(host, { 'ca-certificates': authority.certificate, 'client-certificates': line });
    expect(await ask()).toBe(true);
    await expect(ask()).rejects.toMatchObject({
      code: 'temporary',
      message: expect.not.stringContaining('certificate') as string,
    });
  });

  it('is not asked when the files for it are damaged', async () => {
    const { host, requests } = await startMutual();
    const home = await scratch();
    const folder = path.join(home, '.config/containers/certs.d', host);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'ca.crt'), 'no certificate');
    await expect(hasBlob(host, {}, { home })).rejects.toMatchObject({ name: 'InputError' });
    expect(requests).toEqual([]);
  });
});

describe('certificates of the machine', () => {
  const environment = { SSL_CERT_FILE: '/nonexistent/ca.pem' };

  it('are not looked at as long as nobody speaks TLS', async () => {
    const { log, warnings } = recordLog();
    const { host } = await startRegistry();
    expect(await hasBlob(host, {}, { environment, log })).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('that are missing where the job says they are get one warning', async () => {
    const { log, warnings } = recordLog();
    const { host, authority } = await startTrusted();
    expect(await hasBlob(host, { 'ca-certificates': authority.certificate }, { environment, log })).toBe(true);
    const missing = 'SSL_CERT_FILE names "/nonexistent/ca.pem", which does not exist';
    expect(warnings.filter((warning) => warning === missing)).toHaveLength(1);
  });
});
