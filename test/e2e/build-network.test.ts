import { createHash, randomUUID } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fileItem, writeTar } from '../../packages/core/src/archive/index.ts';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { type Authority, makeAuthority } from '../bench/certificates.ts';
import { command } from '../bench/command.ts';
import { buildpackDirectory } from '../bench/images.ts';
import { listen } from '../bench/listen.ts';
import { type Squid, startSquid } from '../bench/squid.ts';
import { requiresDocker, requiresEngine, requiresRoot, requiresSquid } from '../support/requires.ts';
import { extractAppFiles, readAppFile } from './support/app-files.ts';
import { build, cli } from './support/cli.ts';
import { inEveryWay, newPlace } from './support/ways.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
const PASSWORD = 'password-of-the-proxy';
/** A host that only the proxy knows. */
const PACKAGES = 'packages.corp';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    buildpacks: ['nodejs', 'procfile', 'env-probe', 'binding-probe'],
    builder: {
      order: [
        [{ id: 'samples/nodejs' }],
        [{ id: 'test/env-probe' }, { id: 'test/binding-probe' }, { id: 'samples/procfile' }],
      ],
    },
  });
});
afterAll(() => world.stop());

/** An authority whose certificate everybody on this machine may read. */
async function newAuthority(): Promise<Authority> {
  const directory = await temporaryDirectory('authority');
  await chmod(directory, 0o755);
  return makeAuthority(directory);
}

async function newProxy(): Promise<Squid> {
  const squid = await startSquid({ users: { ci: PASSWORD }, hosts: { [PACKAGES]: '127.0.0.1' } });
  onTestFinished(() => squid.stop());
  return squid;
}

/** What a buildpack recorded in the image. */
function reportOf(image: string, buildpack: string): Promise<string> {
  return extractAppFiles(image, `/layers/test_${buildpack}/report`, world.registry.access);
}

/** The proxies that buildpacks saw, by name. */
async function proxiesIn(image: string): Promise<Readonly<Record<string, string>>> {
  const lines = await readFile(path.join(await reportOf(image, 'env-probe'), 'proxies.txt'), 'utf8');
  return Object.fromEntries([...lines.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

requiresSquid('a package on a host of a private authority, behind a proxy with a password', () => {
  inEveryWay('is fetched by a buildpack that knows neither', (way) => {
    it('by npm', async () => {
      const place = await newPlace(way);
      onTestFinished(() => place.remove());
      const [authority, squid] = await Promise.all([newAuthority(), newProxy()]);
      const app = await newApp(await servePackage(authority));
      const image = world.image(`${way.title}/npm`);
      const args = [image, '--builder', world.builder, '--path', app, '--engine', way.engine];
      const outcome = await cli(['build', ...args, '--ca-certificates', authority.certificateFile], {
        ...place.options,
        environment: { ...place.options.environment, HTTPS_PROXY: squid.url },
      });
      expect(outcome).toMatchObject({ status: 0, stderr: expect.not.stringContaining(PASSWORD) as string });
      const file = '/layers/samples_nodejs/modules/node_modules/tiny/index.js';
      expect(await readAppFile(image, file, world.registry.access)).toBe('tiny\n');
      await expect
        .poll(() => squid.requests())
        .toEqual([{ method: 'CONNECT', target: expect.stringContaining(PACKAGES) as string, status: 200, user: 'ci' }]);
    });
  });
});

/** Serves npm's package `tiny`, and gives its URL. */
async function servePackage(authority: Authority): Promise<{ readonly url: string; readonly integrity: string }> {
  const files = [
    fileItem('package/package.json', JSON.stringify({ name: 'tiny', version: '1.0.0' })),
    fileItem('package/index.js', 'tiny\n'),
  ];
  const archive = gzipSync(await buffer(Readable.from(writeTar(files))));
  const { certificate: cert, key } = await authority.issue('packages', { hosts: [PACKAGES] });
  const server = await listen(
    createServer({ cert, key }, (_, response) => response.end(archive)),
    'https',
  );
  onTestFinished(() => server.close());
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  return { url: `${server.url.replace('127.0.0.1', PACKAGES)}/tiny-1.0.0.tgz`, integrity };
}

/** An app that depends on the package; everybody may read it. */
async function newApp({ url: resolved, integrity }: { readonly url: string; readonly integrity: string }) {
  const app = await temporaryDirectory('app');
  await chmod(app, 0o755);
  const manifest = { name: 'app', version: '1.0.0', dependencies: { tiny: '1.0.0' } };
  const tiny = { version: '1.0.0', resolved, integrity };
  const lock = { ...manifest, lockfileVersion: 3, packages: { '': manifest, 'node_modules/tiny': tiny } };
  await writeFile(path.join(app, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(app, 'package-lock.json'), JSON.stringify(lock));
  await writeFile(path.join(app, 'server.js'), '');
  return app;
}

requiresEngine('the proxies that buildpacks see', () => {
  const direct = 'localhost,127.0.0.1,::1';
  const environment = {
    HTTP_PROXY: `http://ci:${PASSWORD}@proxy.corp:1`,
    HTTPS_PROXY: 'proxy.corp:2',
    NO_PROXY: '.corp',
  };
  const args = (image: string) => [image, '--builder', world.builder, ...APP];

  it('have no password: a relay stands in, or the proxy without it', async () => {
    const image = world.image('proxies');
    await build(args(image), { environment });
    const { HTTP_PROXY: relay = '', ...rest } = await proxiesIn(image);
    expect(relay).toMatch(/^http:\/\/[\d.]+:\d+$/);
    const list = `.corp,${direct}`;
    const secure = 'http://proxy.corp:2';
    expect(rest).toEqual({
      http_proxy: relay,
      HTTPS_PROXY: secure,
      https_proxy: secure,
      NO_PROXY: list,
      no_proxy: list,
    });
  });

  it('are those that are meant for them', async () => {
    const image = world.image('own-proxies');
    const given = ['--build-http-proxy', 'build.corp:3', '--env', 'https_proxy=http://user.corp:4'];
    await build([...args(image), ...given], { environment });
    expect(await proxiesIn(image)).toMatchObject({
      HTTP_PROXY: 'http://build.corp:3',
      http_proxy: 'http://build.corp:3',
      https_proxy: 'http://user.corp:4',
    });
    expect(await proxiesIn(image)).not.toHaveProperty('HTTPS_PROXY');
  });

  it('are none without a network', async () => {
    const image = world.image('no-proxies');
    await build([...args(image), '--network', 'none'], { environment });
    expect(await proxiesIn(image)).toEqual({});
  });

  it('come from the plan, and the password from the stage that runs it', async () => {
    const directory = path.join(await temporaryDirectory('stages'), 'build');
    const [image, stage] = [world.image('staged-proxies'), ['--build-directory', directory]];
    const prepared = await cli(['prepare', ...args(image), ...stage, '--allow-builder-tag'], { environment });
    expect(prepared.status).toBe(0);
    const plan = await readFile(path.join(directory, 'plan.json'), 'utf8');
    expect(plan).toContain('"http_proxy": "http://proxy.corp:1"');
    expect(plan).not.toContain(PASSWORD);
    expect(await cli(['run', ...stage], { environment })).toMatchObject({ status: 0 });
    expect(await cli(['publish', ...stage])).toMatchObject({ status: 0 });
    expect((await proxiesIn(image))['http_proxy']).toMatch(/^http:\/\/[\d.]+:\d+$/);
  });
});

requiresEngine('the certificates that buildpacks see', () => {
  it('are a binding, and files that variables lead to', async () => {
    const authority = await newAuthority();
    const image = world.image('certificates');
    const given = ['--ca-certificates', authority.certificateFile, '--env', 'PIP_CERT=/mine'];
    await build([image, '--builder', world.builder, ...APP, ...given]);
    const bindings = path.join(await reportOf(image, 'binding-probe'), 'bindings');
    const file = async (name: string) =>
      Buffer.from(await readFile(path.join(bindings, name), 'utf8'), 'base64').toString();
    expect(await file('buildpacks-ci-ca-certificates/type')).toBe('ca-certificates');
    expect((await file('buildpacks-ci-ca-bundle/user.pem')).trim()).toBe(authority.certificate.trim());
    expect(await file('buildpacks-ci-ca-bundle/all.pem')).toContain(authority.certificate.trim());
    const values = path.join(await reportOf(image, 'env-probe'), 'values');
    const value = async (name: string) =>
      Buffer.from(await readFile(path.join(values, name), 'utf8'), 'base64').toString();
    expect(await value('NODE_EXTRA_CA_CERTS')).toBe('/platform/bindings/buildpacks-ci-ca-bundle/user.pem');
    expect(await value('CURL_CA_BUNDLE')).toBe('/platform/bindings/buildpacks-ci-ca-bundle/all.pem');
    expect(await value('PIP_CERT')).toBe('/mine');
  });
});

requiresDocker('a builder that a mirror served', () => {
  it('is handed over to docker, which is not asked to pull what it can not find', async () => {
    // Unlike any other, so that docker does not have it yet.
    await world.addBuilder('hub/library/builder', { labels: { unique: randomUUID() } });
    const mirror = ['--registry-mirrors', `docker.io=${world.registry.host}/hub`];
    const args = [world.image('mirrored'), '--builder', 'builder:1', ...APP, ...mirror, '--engine', 'container'];
    const { status, stdout, stderr } = await cli(['build', '--json', ...args]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /docker is not asked to pull the builder index\.docker\.io.*: it was read from/,
      ) as string,
    });
    expect(stderr).not.toContain('Pulling');
    const { builder } = JSON.parse(stdout) as BuildResult;
    await command('docker', ['image', 'rm', `buildpacks-ci.local/builder:${builder.digest.slice(7)}`]);
  });
});

describe('the image', () => {
  const inEngine = (engine: string) => {
    it('is the same with proxies and certificates', async () => {
      const { builder, authority } = await caBuilder();
      const environment = { HTTP_PROXY: `http://ci:${PASSWORD}@proxy.corp:1`, HTTPS_PROXY: 'proxy.corp:2' };
      const common = ['--builder', builder, ...APP, '--engine', engine];
      const plain = await build([world.image(`plain-${engine}`), ...common]);
      const given = ['--ca-certificates', authority.certificateFile];
      const enterprise = await build([world.image(`enterprise-${engine}`), ...common, ...given], { environment });
      expect(enterprise.digest).toBe(plain.digest);
    });
  };
  requiresRoot('of the rootfs engine', () => {
    inEngine('rootfs');
  });
  requiresDocker('of a container engine', () => {
    inEngine('container');
  });

  requiresEngine('that is to have the certificates', () => {
    it('has them', async () => {
      const { builder, authority } = await caBuilder();
      const image = world.image('embedded');
      const given = ['--ca-certificates', authority.certificateFile, '--embed-ca-certificates'];
      await build([image, '--builder', builder, ...APP, ...given]);
      const layer = '/layers/paketo-buildpacks_ca-certificates/ca-certificates/embedded-certs';
      const embedded = await extractAppFiles(image, layer, world.registry.access);
      const files = await Promise.all(
        (await readdir(embedded)).map((file) => readFile(path.join(embedded, file), 'utf8')),
      );
      expect(files.map((text) => text.trim())).toEqual([authority.certificate.trim()]);
    });
  });

  async function caBuilder() {
    const buildpacks = await Promise.all(['ca-certificates', 'procfile'].map(buildpackDirectory));
    const order = [[{ id: 'paketo-buildpacks/ca-certificates', optional: true }, { id: 'samples/procfile' }]];
    const [builder, authority] = [await world.addBuilder('ca-builder', { buildpacks, order }), await newAuthority()];
    return { builder, authority };
  }
});
