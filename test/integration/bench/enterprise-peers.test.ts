import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Authority, type Certificate, makeAuthority, withIntermediate } from '../../bench/certificates.ts';
import { command } from '../../bench/command.ts';
import { crane, makeRunImage, pushLayout } from '../../bench/images.ts';
import { makeNetworkNamespace } from '../../bench/network-namespace.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';
import { startSquid } from '../../bench/squid.ts';
import { program } from '../../bench/tools.ts';
import { requiresNetwork, requiresRoot, requiresSquid } from '../../support/requires.ts';

async function start(options: RegistryOptions): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

async function authority(): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'peers-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return makeAuthority(directory);
}

const shown = ({ certificateFile, keyFile }: Certificate) => ['--cert', certificateFile, '--key', keyFile];

/** What curl, which trusts the registry's root, gets of it. */
async function ask({ url, ca = '' }: Registry, args: readonly string[] = []): Promise<string> {
  return command('curl', ['--silent', '--show-error', '--noproxy', '*', '--cacert', ca, ...args, `${url}/v2/`]);
}

describe('a registry behind an intermediate authority', () => {
  it('is trusted by its root', async () => {
    expect(await ask(await start({ tls: await withIntermediate(await authority()) }))).toBe('{}');
  });

  it('is not trusted when it leaves the intermediate out', async () => {
    const registry = await start({ tls: await withIntermediate(await authority(), { omitted: true }) });
    await expect(ask(registry)).rejects.toThrow('unable to get local issuer certificate');
  });
});

describe('a registry that wants client certificates', () => {
  it('lets its clients in, and nobody else', async () => {
    const [clients, others] = await Promise.all([authority(), authority()]);
    const registry = await start({ tls: true, clients });
    expect(await ask(registry, shown(await clients.issue('ci', { client: true })))).toBe('{}');
    await expect(ask(registry, shown(await others.issue('ci', { client: true })))).rejects.toThrow('curl: (5');
    await expect(ask(registry)).rejects.toThrow('curl: (5');
    expect([registry.requests().length, registry.connections()]).toEqual([1, 3]);
  });

  it('can be filled through the back door, which is not counted', async () => {
    const [registry, image] = await Promise.all([start({ tls: true, clients: await authority() }), makeRunImage()]);
    await pushLayout(image.layout, `${registry.backDoor}/run:1`);
    expect(await crane(['digest', `${registry.backDoor}/run:1`], registry.backDoor)).toContain(image.digest);
    expect([registry.requests(), registry.connections()]).toEqual([[], 0]);
  });
});

describe('a pull-through cache', () => {
  it('has what its source has, and keeps it', async () => {
    const [source, image] = await Promise.all([start({}), makeRunImage()]);
    await pushLayout(image.layout, `${source.host}/team/run:1`);
    const cache = await start({ pullsFrom: source.url });
    const byDigest = `${cache.host}/team/run@${image.digest}`;
    expect(await crane(['digest', `${cache.host}/team/run:1`], cache.host)).toContain(image.digest);
    await crane(['manifest', byDigest], cache.host);
    await source.stop();
    expect(await crane(['manifest', byDigest], cache.host)).toContain('layers');
  });
});

requiresRoot('a registry with a name', () => {
  it('is on an address of its own, with a certificate for the name', async () => {
    const registry = await start({ tls: true, name: 'registry.corp' });
    expect([registry.host, registry.url]).toEqual(['registry.corp', 'https://registry.corp']);
    expect(await ask(registry, ['--resolve', `registry.corp:443:${registry.address ?? ''}`])).toBe('{}');
  });
});

requiresNetwork('a network with squid as its only way out', () => {
  requiresSquid('which knows a registry', () => {
    it('lets crane through, and counts what tries another way', async () => {
      const network = await makeNetworkNamespace();
      onTestFinished(() => network.stop());
      const [registry, image] = await Promise.all([start({ tls: true, name: 'registry.corp' }), makeRunImage()]);
      await pushLayout(image.layout, `${registry.backDoor}/run:1`);
      const hosts = { 'registry.corp': registry.address ?? '' };
      const squid = await startSquid({ address: network.gateway, users: { ci: 'secret' }, hosts });
      onTestFinished(() => squid.stop());
      await network.allow(Number(new URL(squid.url).port));
      const inside = (...line: readonly string[]) => command('env', [...network.launcher, ...line]);
      const variables = { SSL_CERT_FILE: registry.ca ?? '', HTTPS_PROXY: squid.url, DOCKER_CONFIG: '/nonexistent' };
      const environment = Object.entries(variables).map((pair) => pair.join('='));
      const crane = await program('crane');
      expect(await inside('env', ...environment, crane, 'digest', 'registry.corp/run:1')).toContain(image.digest);
      expect(await network.refusals()).toBe(0);
      await expect
        .poll(() => squid.requests())
        .toContainEqual({
          method: 'CONNECT',
          target: 'registry.corp:443',
          status: 200,
          user: 'ci',
        });
      await expect(inside('curl', '--silent', '--noproxy', '*', 'http://192.0.2.1/')).rejects.toThrow();
      expect(await network.refusals()).toBe(1);
    });
  });
});
