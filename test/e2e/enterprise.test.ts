import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { makeAuthority } from '../bench/certificates.ts';
import { crane } from '../bench/images.ts';
import { makeNetworkNamespace, type NetworkNamespace } from '../bench/network-namespace.ts';
import { startRegistry } from '../bench/registry.ts';
import type { Squid } from '../bench/squid.ts';
import { requiresNetwork, requiresSquid } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import {
  APP,
  BUILDER,
  type Corporation,
  fillHub,
  HUNT,
  HUNTER,
  PASSWORD,
  startCorporation,
} from './support/corporation.ts';
import { withHosts } from './support/hosts.ts';
import { temporaryDirectory } from './support/world.ts';

const IMAGE = 'registry.corp/team/app:1';

requiresNetwork('where a proxy with a password is the only way out', () => {
  requiresSquid('to registries with a private authority and client certificates', () => {
    let corporation: Corporation;
    let network: NetworkNamespace;
    let squid: Squid;
    beforeAll(async () => {
      corporation = await startCorporation();
      network = await makeNetworkNamespace();
      squid = await corporation.startProxy({ address: network.gateway });
      await network.allow(Number(new URL(squid.url).port));
    });
    afterAll(async () => {
      await network.stop();
      await corporation.stop();
    });

    const inputs = () => [
      ...['--https-proxy', squid.url],
      ...['--ca-certificates', corporation.root.certificateFile],
      ...['--registry-mirrors', 'docker.io=mirror.corp/hub'],
      ...['--client-certificates', `registry.corp=${corporation.client.certificateFile},${corporation.client.keyFile}`],
      ...['--registry-auth', `registry.corp=ci:${PASSWORD}`],
    ];

    const buildInside = (args: readonly string[]) =>
      cli(['build', IMAGE, ...APP, '--json', ...args], { launcher: network.launcher });

    it.each(['rootfs', 'container'])(
      'a build passes, with the digest that it has anywhere else: %s',
      async (engine) => {
        const { mirror, registry } = corporation;
        const expected = await plainDigest();
        await squid.forget();
        const earlier = [mirror.connections(), registry.connections()] as const;
        const refused = await network.refusals();
        const args = ['--builder', BUILDER, '--engine', engine, ...inputs()];
        const { status, stdout, stderr } = await buildInside(args);
        expect(status, stderr).toBe(0);
        const { digest } = JSON.parse(stdout) as BuildResult;
        expect(digest).toBe(expected);
        const pushed = `${registry.backDoor}/team/app:1`;
        expect((await crane(['digest', pushed], pushed, registry.access)).trim()).toBe(expected);
        await expect
          .poll(() => requestsOf(squid))
          .toEqual({
            'CONNECT mirror.corp:443 200 ci': mirror.connections() - earlier[0],
            'CONNECT registry.corp:443 200 ci': registry.connections() - earlier[1],
          });
        expect(await network.refusals()).toBe(refused);
      },
    );

    it('nobody finds the secrets, neither in the output nor in the build', async () => {
      const args = ['--builder', HUNTER, ...HUNT, '--engine', 'rootfs', '--log-level', 'debug', ...inputs()];
      const { status, stdout, stderr } = await buildInside(args);
      expect(status, stderr).toBe(0);
      expect(stderr).toContain('canary: 0 findings');
      expect(stdout + stderr).not.toContain('canary-of-ci');
      expect(stdout + stderr).not.toContain(encodeURIComponent(PASSWORD));
      expect(stdout + stderr).not.toContain(Buffer.from(`ci:${PASSWORD}`).toString('base64'));
    });

    it('a build that is not told of the proxy says which host it wanted and what to do', async () => {
      const { status, stderr } = await buildInside(['--builder', BUILDER, '--engine', 'rootfs', ...inputs().slice(2)]);
      expect({ status, stderr }).toEqual({
        status: 111,
        stderr: expect.stringMatching(/mirror\.corp[^]*hint: .*name it in https-proxy/) as string,
      });
      expect(await network.refusals()).toBeGreaterThan(0);
    });
  });
});

/** How often each request is in squid's log. */
async function requestsOf(squid: Squid): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { method, target, status, user = '-' } of await squid.requests()) {
    const line = [method, target, status, user].join(' ');
    counts[line] = (counts[line] ?? 0) + 1;
  }
  return counts;
}

/** The digest where nothing is in the way: with a Docker Hub and a registry that are just there. */
async function plainDigest(): Promise<string> {
  const authority = await makeAuthority(await temporaryDirectory('hub'));
  const hub = await startRegistry({ name: 'registry-1.docker.io', tls: authority });
  onTestFinished(() => hub.stop());
  const open = await startRegistry();
  onTestFinished(() => open.stop());
  await fillHub(hub);
  const launcher = await withHosts({ [hub.host]: hub.address ?? '' });
  const environment = { NODE_EXTRA_CA_CERTS: authority.certificateFile };
  const { digest } = await build([`${open.host}/app:1`, '--builder', BUILDER, ...APP, '--engine', 'rootfs'], {
    launcher,
    environment,
  });
  return digest;
}
