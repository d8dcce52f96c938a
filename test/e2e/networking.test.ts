import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { BuildResult } from '../../packages/core/src/index.ts';
import { makeAuthority } from '../bench/certificates.ts';
import type { RegistryAuth } from '../bench/registry.ts';
import { requiresEngine, requiresRoot } from '../support/requires.ts';
import { build, cli } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { withHosts } from './support/hosts.ts';
import { startWorld, type World } from './support/world.ts';

const APP = ['--path', 'samples/apps/procfile'];
const PASSWORD = 'password-of-ann';
/** A name that is not this machine's by its looks: such registries must speak TLS. */
const NAME = 'registry.bench.test';

describe.each<[string, RegistryAuth]>([
  ['a password', { kind: 'basic', users: { ann: PASSWORD } }],
  ['tokens', { kind: 'token', users: { ann: { password: PASSWORD, grants: { '*': ['pull', 'push'] } } } }],
])('a registry that wants %s', (_, auth) => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'], registry: { auth } });
  });
  afterAll(() => world.stop());

  requiresEngine('with it', () => {
    it('is read and written, and the secret is printed nowhere', async () => {
      const environment = await loggedIn(world.registry.host, `ann:${PASSWORD}`);
      const args = ['build', world.image('app'), '--builder', world.builder, ...APP, '--log-level', 'debug'];
      const { status, stdout, stderr } = await cli(args, { environment });
      expect(status).toBe(0);
      expect(await world.digest(world.image('app'))).toMatch(/^sha256:/);
      expect(stdout + stderr).not.toContain(PASSWORD);
      expect(stderr).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString('base64'));
      expect(stderr).not.toMatch(/eyJ[\w-]{20}/);
    });
  });

  it('tells strangers to log in, before anything is pulled', async () => {
    const environment = await loggedIn(world.registry.host);
    const { status, stderr } = await cli(['build', world.image('app'), '--builder', world.builder, ...APP], {
      environment,
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`give one (docker login ${world.registry.host}, registry-auth, `) as string,
    });
  });
});

requiresEngine('a registry that gives rights by repository', () => {
  it('needs no more than the right to read builder and run image and to write the image', async () => {
    const ann = {
      password: PASSWORD,
      grants: { 'team/app': ['pull', 'push'], builder: ['pull'], run: ['pull'] },
    } as const;
    const auth = { kind: 'token', users: { owner: { password: 'password-of-the-owner' }, ann } } as const;
    const world = await startWorld({ buildpacks: ['procfile'], registry: { auth } });
    onTestFinished(() => world.stop());
    const environment = await loggedIn(world.registry.host, `ann:${PASSWORD}`);
    const { digest } = await build([world.image('team/app'), '--builder', world.builder, ...APP], { environment });
    expect(await world.digest(world.image('team/app'))).toBe(digest);
  });
});

requiresRoot(`a registry named ${NAME}`, () => {
  describe('with TLS and a private authority', () => {
    let world: World;
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'e2e-tls-'));
      const authority = await makeAuthority(directory);
      const issue: typeof authority.issue = (name) => authority.issue(name, { hosts: ['127.0.0.1', NAME] });
      world = await startWorld({ buildpacks: ['procfile'], registry: { tls: { ...authority, issue } } });
    });
    afterAll(async () => {
      await world.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('is spoken to when the authority is known', async () => {
      const { result } = await buildByName(world, [], { NODE_EXTRA_CA_CERTS: world.registry.ca ?? '' });
      expect(await world.digest(world.image('app'))).toBe(result?.digest);
    });

    it('is refused before anything is pulled when it is not', async () => {
      const { status, stderr } = await buildByName(world, []);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining(
          `${named(world)} sent its certificate alone, and who issued it is not trusted`,
        ) as string,
      });
      expect(world.registry.requests()).toEqual([]);
    });
  });

  describe('with plain http', () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld({ buildpacks: ['procfile'] });
    });
    afterAll(() => world.stop());

    it.each<[string, () => readonly string[]]>([
      ['it is not said so', () => []],
      [
        'another port is meant, or a part of the name',
        () => ['--insecure-registries', `${NAME}:1`, '--insecure-registries', named(world).replace(/^registry\./, '')],
      ],
    ])('is refused when %s', async (_, args) => {
      const { status, stderr } = await buildByName(world, args());
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/does not speak TLS[^]*hint: .*insecure-registries/) as string,
      });
      expect(world.registry.requests()).toEqual([]);
    });

    it('is spoken to when it is named, and that is told', async () => {
      const { result, stderr } = await buildByName(world, ['--insecure-registries', named(world)]);
      expect(await world.digest(world.image('app'))).toBe(result?.digest);
      expect(stderr).toContain(`warning: ${named(world)} is spoken to in plain http, as insecure-registries says`);
    });
  });
});

function named({ registry }: World): string {
  return registry.host.replace('127.0.0.1', NAME);
}

/** Builds with everything on the world's registry under its name, which only this one process knows to be this machine. */
async function buildByName(world: World, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const launcher = await withHosts({ [NAME]: '127.0.0.1' });
  const host = named(world);
  const images = [`${host}/app:1`, '--builder', `${host}/builder:1`, '--run-image', `${host}/run:1`];
  world.registry.forget();
  // The engine of this machine knows neither the name nor the authority.
  const all = ['build', '--json', ...images, ...APP, '--engine', 'rootfs', ...args];
  const outcome = await cli(all, { environment, launcher });
  const result = outcome.status === 0 ? (JSON.parse(outcome.stdout) as BuildResult) : undefined;
  return { ...outcome, result };
}
