import { randomUUID } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../packages/core/src/reference/index.ts';
import { makeAuthority } from '../bench/certificates.ts';
import { command } from '../bench/command.ts';
import { crane } from '../bench/images.ts';
import { listen } from '../bench/listen.ts';
import { requiresDocker, requiresEngine } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { pack } from './support/pack.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
const PROBE = path.resolve('test/buildpacks/env-probe');

let world: World;
beforeAll(async () => {
  world = await startWorld({ buildpacks: ['procfile'] });
});
afterAll(() => world.stop());

/** The image's digest when a buildpack was brought along, from wherever. */
async function digestWith(
  image: string,
  buildpack: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = [world.image(image), '--builder', world.builder, ...APP, '--pre-buildpacks', buildpack];
  return (await build(args, { environment })).digest;
}

/** An https server that has one file at `/bp.tgz`, to which `/moved` leads; and the environment in which it is trusted. */
async function serve(content: Buffer) {
  const authority = await makeAuthority(await temporaryDirectory('authority'));
  const { certificate: cert, key } = await authority.issue('server');
  const server = createServer({ cert, key }, ({ url }, response) => {
    if (url === '/bp.tgz') response.end(content);
    else response.writeHead(302, { location: '/bp.tgz' }).end();
  });
  const listening = await listen(server, 'https');
  onTestFinished(() => listening.close());
  return { url: listening.url, environment: { NODE_EXTRA_CA_CERTS: authority.certificateFile } };
}

async function archiveOfProbe(): Promise<string> {
  const file = path.join(await temporaryDirectory('archive'), 'env-probe.tgz');
  await command('tar', ['-czf', file, '-C', PROBE, '.']);
  return file;
}

requiresEngine('a buildpack that is brought along', () => {
  let expected: string;
  beforeAll(async () => {
    expected = await digestWith('directory', PROBE);
  });

  it('may be an archive', async () => {
    expect(await digestWith('archive', await archiveOfProbe())).toBe(expected);
  });

  it('may be fetched, and leaves nothing behind', async () => {
    const content = await readFile(await archiveOfProbe());
    const { url, environment } = await serve(content);
    const temporary = await temporaryDirectory('temporary');
    const locator = `${url}/moved#${digestOf(content)}`;
    expect(await digestWith('fetched', locator, { ...environment, TMPDIR: temporary })).toBe(expected);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('is refused when it is not what its digest says', async () => {
    const { url, environment } = await serve(Buffer.from('something else'));
    const locator = `${url}/bp.tgz#sha256:${'0'.repeat(64)}`;
    const args = ['build', world.image('forged'), '--builder', world.builder, ...APP, '--post-buildpacks', locator];
    const { status, stderr } = await cli(args, { environment });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/error: post-buildpacks: .* has the digest/) as string,
    });
  });

  requiresDocker('packaged by pack', () => {
    it('may be a .cnb file', async () => {
      const directory = await temporaryDirectory('package');
      const config = path.join(directory, 'package.toml');
      await writeFile(config, `[buildpack]\nuri = ${JSON.stringify(PROBE)}\n`);
      const file = path.join(directory, 'env-probe.cnb');
      await pack(['buildpack', 'package', file, '--config', config, '--format', 'file', '--target', 'linux/amd64']);
      expect(await digestWith('cnb', file)).toBe(expected);
    });
  });
});

requiresDocker('a builder in the engine', () => {
  it('is used as it is there, in one build and in stages', async () => {
    const name = `bench.invalid/${randomUUID()}:1`;
    await command('docker', ['pull', '--quiet', world.builder]);
    await command('docker', ['tag', world.builder, name]);
    onTestFinished(async () => {
      await command('docker', ['image', 'rm', '--force', name]);
    });
    const id = (await command('docker', ['image', 'inspect', '--format', '{{.Id}}', name])).trim();
    const expected = await build([world.image('from-registry'), '--builder', world.builder, ...APP]);
    const args = ['--builder', `docker://${name}`, ...APP];
    expect(await build([world.image('from-engine'), ...args])).toMatchObject({
      digest: expected.digest,
      builder: { name: `docker://${name}`, digest: id },
    });

    const directory = path.join(await temporaryDirectory('stages'), 'build');
    const stage = ['--build-directory', directory];
    expect(await cli(['prepare', world.image('staged'), ...args, ...stage])).toMatchObject({ status: 0 });
    expect(await cli(['run', ...stage])).toMatchObject({ status: 0 });
    expect(await cli(['publish', ...stage])).toMatchObject({ status: 0 });
    expect(await world.digest(world.image('staged'))).toBe(expected.digest);
  });
});

requiresEngine('a builder in project.toml', () => {
  it('may be named by tag, and is used in trusted runs only', async () => {
    const app = path.join(await temporaryDirectory('app'), 'app');
    await cp('samples/apps/procfile', app, { recursive: true });
    await writeFile(
      path.join(app, 'project.toml'),
      `[_]\nschema-version = "0.2"\n[io.buildpacks]\nbuilder = "${world.builder}"\n`,
    );
    expect(await build([world.image('declared'), '--path', app])).toMatchObject({
      builder: { name: world.builder, digest: await world.digest(world.builder) },
    });
    expect(await cli(['build', world.image('declared'), '--path', app, '--trust', 'untrusted'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('in project.toml is not used in an untrusted run') as string,
    });
  });
});

requiresEngine('a builder in an OCI layout', () => {
  it('gives the same image as from a registry', async () => {
    const layout = path.join(await temporaryDirectory('builder'), 'layout');
    await crane(['pull', '--format', 'oci', world.builder, layout], world.builder);
    const results = [world.builder, `oci:${layout}`].map((builder, index) =>
      build([world.image(`layout-${index}`), '--builder', builder, ...APP]),
    );
    const [registry, disk] = await Promise.all(results);
    expect(disk?.digest).toBe(registry?.digest);
  });
});
