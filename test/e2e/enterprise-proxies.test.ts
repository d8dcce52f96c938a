import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Authority, makeAuthority } from '../bench/certificates.ts';
import { type Registry, startRegistry } from '../bench/registry.ts';
import { type Squid, startSquid } from '../bench/squid.ts';
import { requiresDocker, requiresRoot, requiresSquid } from '../support/requires.ts';
import { build as mustBuild, cli, type CliOptions } from './support/cli.ts';
import {
  APP,
  BUILDER,
  type Corporation,
  fillHub,
  PASSWORD,
  RUN_IMAGE,
  startCorporation,
} from './support/corporation.ts';
import { temporaryDirectory } from './support/world.ts';

const IMAGES = ['--builder', BUILDER, '--registry-mirrors', 'docker.io=mirror.corp/hub'];
/** On the registry that asks nothing but trust. */
const OPEN_IMAGE = 'mirror.corp/team/app:1';
const IMAGE = 'registry.corp/team/app:1';

requiresRoot('behind a proxy', () => {
  requiresSquid('squid', () => {
    let corporation: Corporation;
    let squid: Squid;
    beforeAll(async () => {
      corporation = await startCorporation();
      squid = await corporation.startProxy();
    });
    afterAll(() => corporation.stop());

    const attempt = (image: string, args: readonly string[]) =>
      cli(['build', image, ...APP, ...IMAGES, '--engine', 'rootfs', ...args]);
    const build = (image: string, args: readonly string[], environment: CliOptions['environment'] = {}) =>
      mustBuild([image, ...APP, ...IMAGES, '--engine', 'rootfs', ...args], { environment });
    const trusting = () => ['--ca-certificates', corporation.root.certificateFile];
    const auth = () => ['--registry-auth', `registry.corp=ci:${PASSWORD}`];

    it('the environment says it all: HTTPS_PROXY and SSL_CERT_FILE', async () => {
      const environment = { HTTPS_PROXY: squid.url, SSL_CERT_FILE: corporation.root.certificateFile };
      await build(OPEN_IMAGE, [], environment);
    });

    it("Podman's folder says what each registry wants: certs.d", async () => {
      const home = await temporaryDirectory('home');
      await certsDirectory(home, corporation);
      const args = ['--https-proxy', squid.url, ...auth()];
      await build(IMAGE, args, { HOME: home });
    });

    it('the proxy itself speaks TLS', async () => {
      const certificate = await corporation.root.issue('proxy');
      const secure = await corporation.startProxy({ certificate });
      expect(secure.url).toMatch(/^https:/);
      await build(OPEN_IMAGE, ['--https-proxy', secure.url, ...trusting()]);
    });

    it('plain http is led through, request by request', async () => {
      const plain = await startRegistry({ name: 'plain.corp' });
      onTestFinished(() => plain.stop());
      await fillHub(plain);
      const proxy = await startSquid({ users: { ci: PASSWORD }, hosts: { 'plain.corp': plain.address ?? '' } });
      onTestFinished(() => proxy.stop());
      const mirror = ['--registry-mirrors', 'docker.io=plain.corp', '--insecure-registries', 'plain.corp'];
      const args = ['--builder', BUILDER, ...mirror, '--http-proxy', proxy.url, '--https-proxy', proxy.url];
      await mustBuild(['plain.corp/team/app:1', ...APP, '--engine', 'rootfs', ...args]);
      // Tunnels are passed over: that by which it would have spoken TLS does not open.
      await expect.poll(() => ledThrough(proxy)).toEqual(received(plain));
    });

    requiresDocker('docker', () => {
      it('which knows neither proxy nor authority gets the builder from us', async () => {
        const builder = BUILDER.replace('docker.io', 'mirror.corp/hub');
        const runImage = ['--run-image', RUN_IMAGE.replace('docker.io', 'mirror.corp/hub')];
        const args = ['--builder', builder, ...runImage, '--https-proxy', squid.url, ...trusting()];
        await mustBuild([OPEN_IMAGE, ...APP, '--engine', 'container', ...args]);
      });
    });

    it('a registry that wants a client certificate and gets none is told as that', async () => {
      const { status, stderr } = await attempt(IMAGE, ['--https-proxy', squid.url, ...trusting(), ...auth()]);
      expect(status).toBe(1);
      expect(stderr).toContain('client-certificates: registry.corp=');
    });

    it("a password that is wrong is told as the proxy's, and not printed", async () => {
      const wrong = `http://ci:canary-guess@${squid.host}`;
      const { status, stdout, stderr } = await attempt(OPEN_IMAGE, ['--https-proxy', wrong, ...trusting()]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringMatching(new RegExp(`proxy http://${squid.host} .*407[^]*does not accept`)) as string,
      });
      expect(stdout + stderr).not.toContain('canary-guess');
    });

    it('a host that the proxy forbids is told with both names', async () => {
      const rules = ['acl forbidden dstdomain -n mirror.corp', 'http_access deny forbidden'];
      const strict = await corporation.startProxy({ rules });
      const { status, stderr } = await attempt(OPEN_IMAGE, ['--https-proxy', strict.url, ...trusting()]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringMatching(new RegExp(`proxy http://${strict.host} .*403.*mirror\\.corp:443`)) as string,
      });
    });

    describe('that reads along', () => {
      let interceptor: Authority;
      let reading: Squid;
      beforeAll(async () => {
        interceptor = await makeAuthority(path.join(corporation.root.certificateFile, '../interceptor'), 'Interceptor');
        const interception = { authority: interceptor, origins: corporation.root.certificateFile };
        reading = await corporation.startProxy({ interception });
      });

      it('all goes well with its authority, and it has seen every request', async () => {
        corporation.mirror.forget();
        await reading.forget();
        const args = ['--https-proxy', reading.url, '--ca-certificates', interceptor.certificateFile];
        await build(OPEN_IMAGE, args);
        await expect.poll(() => ledThrough(reading)).toEqual(received(corporation.mirror));
      });

      it('the certificate is explained without it', async () => {
        const { status, stderr } = await attempt(OPEN_IMAGE, ['--https-proxy', reading.url, ...trusting()]);
        expect(status).toBe(1);
        expect(stderr).toContain('mirror.corp has a certificate from an authority that is not trusted');
        expect(stderr).toContain('issued by CN=Interceptor');
        expect(stderr).toContain(`connected through the proxy http://${reading.host}`);
        expect(stderr).toMatch(/hint: Add the certificate of "CN=Interceptor" to ca-certificates/);
      });
    });
  });
});

/** Every request that a proxy has read, in an order of no meaning. */
async function ledThrough(proxy: Squid): Promise<readonly string[]> {
  const requests = (await proxy.requests()).filter(({ method }) => method !== 'CONNECT');
  return requests.map(({ method, target }) => `${method} ${target}`).sort();
}

/** Every request that came to a registry, likewise. */
function received(registry: Registry): readonly string[] {
  return registry
    .requests()
    .map(({ method, path: where }) => `${method} ${registry.url}${where}`)
    .sort();
}

/** Writes what both registries need into the folder of a user. */
async function certsDirectory(home: string, { root, client }: Corporation): Promise<void> {
  const folder = path.join(home, '.config/containers/certs.d');
  for (const host of ['mirror.corp', 'registry.corp']) {
    await mkdir(path.join(folder, host), { recursive: true });
    await copyFile(root.certificateFile, path.join(folder, host, 'ca.crt'));
  }
  await copyFile(client.certificateFile, path.join(folder, 'registry.corp/client.cert'));
  await copyFile(client.keyFile, path.join(folder, 'registry.corp/client.key'));
}
