import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Authority, makeAuthority } from '../../bench/certificates.ts';
import { command } from '../../bench/command.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { accepts } from '../../bench/server-process.ts';
import { type Squid, type SquidOptions, startSquid } from '../../bench/squid.ts';
import { requiresRoot, requiresSquid } from '../../support/requires.ts';

const USERS = { builder: 'p@ss:w%rd/#?' };

async function squidWith(options: SquidOptions): Promise<Squid> {
  const squid = await startSquid(options);
  onTestFinished(() => squid.stop());
  return squid;
}

async function registryWith(options: RegistryOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

async function authority(name: string): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'squid-test-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return makeAuthority(directory, name);
}

/** The status of a GET through a proxy, by curl: that of a refused CONNECT too. */
async function statusThrough(proxy: string, url: string, args: readonly string[] = []): Promise<number> {
  const all = ['--silent', '--noproxy', '', '--proxy', proxy, '--output', '/dev/null', ...args, url];
  const format = ['--write-out', '%{http_connect} %{http_code}'];
  const output = await command('sh', ['-c', 'curl "$@" || true', 'sh', ...format, ...all]);
  const [tunnel = 0, status = 0] = output.split(' ').map(Number);
  return tunnel === 0 || tunnel === 200 ? status : tunnel;
}

requiresSquid('squid', () => {
  it('leads plain http through in absolute form', async () => {
    const [squid, registry] = await Promise.all([squidWith({ users: USERS }), registryWith()]);
    expect(await statusThrough(squid.url, `${registry.url}/v2/?a=b`)).toBe(200);
    expect(await squid.requests()).toEqual([
      { method: 'GET', target: `${registry.url}/v2/?a=b`, status: 200, user: 'builder' },
    ]);
  });

  it('leads TLS through a tunnel', async () => {
    const [squid, registry] = await Promise.all([squidWith({ users: USERS }), registryWith({ tls: true })]);
    expect(await statusThrough(squid.url, `${registry.url}/v2/`, ['--cacert', registry.ca ?? ''])).toBe(200);
    const tunnel = { method: 'CONNECT', target: registry.host, status: 200, user: 'builder' };
    await expect.poll(() => squid.requests()).toEqual([tunnel]);
  });

  it.each(['http', 'https'])('lets nobody in with another password, to %s', async (scheme) => {
    const squid = await squidWith({ users: USERS });
    for (const proxy of [`http://${squid.host}`, `http://builder:guess@${squid.host}`])
      expect(await statusThrough(proxy, `${scheme}://127.0.0.1:1/`)).toBe(407);
  });

  it('speaks TLS to its clients', async () => {
    const root = await authority('Proxy Authority');
    const squid = await squidWith({ users: USERS, certificate: await root.issue('squid') });
    const registry = await registryWith({ tls: true });
    const trusted = ['--proxy-cacert', root.certificateFile, '--cacert', registry.ca ?? ''];
    expect(squid.url).toMatch(/^https:/);
    expect(await statusThrough(squid.url, `${registry.url}/v2/`, trusted)).toBe(200);
    expect(await statusThrough(squid.url, `${registry.url}/v2/`, trusted.slice(2))).toBe(0);
  });

  it('knows the names that it is given, and no others', async () => {
    const squid = await squidWith({ hosts: { 'registry.corp': '127.0.0.1' } });
    const registry = await registryWith();
    const named = registry.url.replace('127.0.0.1', 'registry.corp');
    expect(await statusThrough(squid.url, `${named}/v2/`)).toBe(200);
    expect(await statusThrough(squid.url, registry.url)).toBe(403);
    expect(await statusThrough(squid.url, 'https://index.docker.io/v2/')).toBe(403);
  });

  it('ends with the process that started it, even when that is killed', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'squid-orphan-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await chmod(directory, 0o755);
    const module = path.resolve(import.meta.dirname, '../../bench/squid.ts');
    const script = `
      import { startSquid } from ${JSON.stringify(module)};
      console.log((await startSquid()).host);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      env: { ...process.env, TMPDIR: directory },
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const port = Number(line.toString().split(':')[1]);
    expect(await accepts(port)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => accepts(port), { timeout: 10_000 }).toBe(false);
  });

  it('forgets', async () => {
    const squid = await squidWith({ users: USERS });
    await statusThrough(squid.url, 'http://127.0.0.1:1/');
    await squid.forget();
    expect(await squid.requests()).toEqual([]);
  });
});

requiresRoot('for a registry with a name', () => {
  requiresSquid('squid that intercepts', () => {
    it('shows certificates of its own, and reads what is in the tunnel', async () => {
      const [interceptor, registry] = await Promise.all([
        authority('Interceptor'),
        registryWith({ tls: true, name: 'registry.corp' }),
      ]);
      const hosts = { 'registry.corp': registry.address ?? '' };
      const interception = { authority: interceptor, origins: registry.ca ?? '' };
      const squid = await squidWith({ users: USERS, hosts, interception });
      const url = `${registry.url}/v2/`;
      expect(await statusThrough(squid.url, url, ['--cacert', interceptor.certificateFile])).toBe(200);
      expect(await statusThrough(squid.url, url, ['--cacert', registry.ca ?? ''])).toBe(0);
      const seen = { method: 'GET', target: url, status: 200, user: 'builder' };
      expect(await squid.requests()).toContainEqual(seen);
    });
  });
});
