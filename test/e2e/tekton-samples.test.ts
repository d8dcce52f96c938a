import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Authority, makeAuthority } from '../bench/certificates.ts';
import { GIT_ENVIRONMENT } from '../bench/git.ts';
import { startGitDaemon } from '../bench/git-daemon.ts';
import { helperImage } from '../bench/gitlab/helper-image.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../bench/registry.ts';
import { startSquid } from '../bench/squid.ts';
import { runTask, type TaskOptions, type TaskOutcome } from '../bench/tekton.ts';
import { loadToolImage } from '../bench/tool-image.ts';
import { requiresDocker, requiresSquid } from '../support/requires.ts';
import { INSTALLED, pipelineTaskRun, tektonSample } from '../support/tekton-samples.ts';
import { startCopies } from './support/copies.ts';
import { startWorld, type World } from './support/world.ts';

const APP = path.resolve('samples/apps/procfile');
/** Who cloned the source, and the group of the volume. */
const TOOL_USER = '65532:65532';
/** As OpenShift chooses them. */
const ARBITRARY = 1_000_660_000;
const ORDER = [[{ id: 'samples/procfile' }, { id: 'test/bill' }, { id: 'test/binding-probe' }]];
const TOOL_IMAGE = /ghcr\.io\/buildpacks-ci\/buildpacks-ci@sha256:[0-9a-f]{64}/g;
const ZEROS = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';

/** What stands in the samples for what everybody has for themselves. */
type Placeholders = Readonly<Record<string, string>>;

requiresDocker("Tekton's samples", () => {
  let world: World;
  let builder: string;
  let toolImage: string;
  let directory: string;
  let authority: Authority;
  const cleanups: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'e2e-tekton-samples-'));
    cleanups.push(() => rm(directory, { recursive: true, force: true }));
    world = await startWorld({ buildpacks: ['procfile', 'bill', 'binding-probe'], builder: { order: ORDER } });
    cleanups.push(() => world.stop());
    builder = await pinned(world.builder);
    toolImage = await loadToolImage();
    authority = await makeAuthority(path.join(directory, 'authority'));
  });
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  const pinned = async (reference: string) => `${reference.replace(/:1$/, '')}@${await world.digest(reference)}`;

  const registry = async (options: RegistryOptions): Promise<Registry> => {
    const started = await startRegistry(options);
    cleanups.push(() => started.stop());
    return started;
  };

  const filled = (text: string, placeholders: Placeholders): string => {
    const all = { [`registry.example/builder@${ZEROS}`]: builder, ...placeholders };
    const known = Object.entries(all).reduce((whole, [from, to]) => whole.replaceAll(from, to), text);
    return known.replaceAll(TOOL_IMAGE, toolImage);
  };

  const run = async (
    name: string,
    placeholders: Placeholders,
    options: Partial<TaskOptions> = {},
  ): Promise<TaskOutcome> =>
    runTask({
      task: INSTALLED.map((text) => filled(text, {})).join('\n'),
      taskRun: filled(tektonSample(name).text, placeholders),
      claims: { shop: APP },
      ...options,
    });

  it.each(['task-run', 'bindings'])('%s builds', async (name) => {
    const image = `${world.registry.host}/${name}`;
    const { succeeded, text, results } = await run(name, { 'registry.example/shop': image });
    expect(succeeded, text).toBe(true);
    expect(results['IMAGE_DIGEST']).toBe(await world.digest(`${image}:latest`));
    if (name === 'bindings') expect(text).toMatch(/binding-probe: [1-9]/);
  });

  it.each(['dockerconfig', 'service-account'])('%s publishes where a login is wanted', async (name) => {
    const { host } = await registry({ auth: { kind: 'basic', users: { USER: 'PASSWORD' } } });
    const { succeeded, text, results } = await run(name, { 'registry.example': host });
    expect(succeeded, text).toBe(true);
    expect(results['IMAGE_URL']).toBe(`${host}/shop:latest`);
  });

  it.each(['ca-config-map', 'ca-trust-bundle'])('%s publishes where a private authority is known', async (name) => {
    const { host } = await registry({ tls: authority });
    const { succeeded, text, results } = await run(name, {
      'registry.example/shop': `${host}/shop`,
      ...asAuthority(authority),
    });
    expect(succeeded, text).toBe(true);
    expect(results['IMAGE_URL']).toBe(`${host}/shop:latest`);
  });

  it('mirrors takes the run image from a mirror', async () => {
    await world.addRunImage('hub/example/run', {});
    const other = await pinned(await world.addBuilder('mirrored', { runImage: 'docker.io/example/run:1' }));
    world.registry.forget();
    const { succeeded, text } = await run('mirrors', {
      [`docker.io/example/builder@${ZEROS}`]: other,
      'registry.example/shop': `${world.registry.host}/mirrored-app`,
      'mirror.example': world.registry.host,
    });
    expect(succeeded, text).toBe(true);
    expect(world.registry.requests().map(({ path }) => path)).toContainEqual(
      expect.stringContaining('/hub/example/run/'),
    );
  });

  it('closed-cluster reads nothing but the copies that are locked', async () => {
    const copies = await startCopies(world, toolImage);
    const image = `${world.registry.host}/closed`;
    const { succeeded, text } = await run(
      'closed-cluster',
      { [ZEROS]: copies.builderDigest, 'registry.example/shop': image, 'registry.example': world.registry.host },
      {
        claims: { shop: await copies.lockedApp(APP) },
        objects: [
          partOf('dockerconfig', 'Secret'),
          filled(partOf('ca-config-map', 'ConfigMap'), asAuthority(authority)),
        ],
      },
    );
    expect(succeeded, text).toBe(true);
    expect(await copies.runImageOf(`${image}:latest`)).toBe(copies.runImage);
  });

  /** A claim as it comes from most StorageClasses, root's alone. */
  const newClaim = () => mkdtemp(path.join(directory, 'claim-')).then((claim) => chmod(claim, 0o755).then(() => claim));

  it('claim makes a claim on which cache-claim keeps the cache beside the app', async () => {
    const claims = { shop: await newClaim() };
    await cp(APP, path.join(claims.shop, 'source'), { recursive: true });
    const again = async () =>
      run('cache-claim', { 'registry.example/shop': `${world.registry.host}/cached` }, { claims });
    const unprepared = await again();
    const prepared = await run('claim', {}, { claims });
    expect(prepared.succeeded, prepared.text).toBe(true);
    const [first, second] = [await again(), await again()];
    expect([unprepared, first, second].map(({ results }) => results['CACHE'])).toEqual(['miss', 'miss', 'hit']);
    expect(new Set([unprepared, first, second].map(({ results }) => results['IMAGE_DIGEST'])).size).toBe(1);
  });

  it('claim fails where the volume takes no group', async () => {
    const claims = { shop: await newClaim() };
    const taskRun = tektonSample('claim').text.replace(/ {4}securityContext:\n {6}fsGroup: 65532\n/, '');
    const { succeeded, steps, text } = await runTask({
      task: INSTALLED.join('\n'),
      taskRun: filled(taskRun, {}),
      claims,
    });
    expect(succeeded, text).toBe(false);
    expect(steps[0]?.log).toContain('take no fsGroup');
  });

  it('cache-registry keeps the cache in a registry', async () => {
    const { host } = await registry({ auth: { kind: 'basic', users: { USER: 'PASSWORD' } } });
    const placeholders = { 'registry.example': host };
    const again = async () =>
      run('cache-registry', placeholders, { objects: [filled(partOf('dockerconfig', 'Secret'), placeholders)] });
    const first = await again();
    expect(first.succeeded, first.text).toBe(true);
    const second = await again();
    expect([first.results['CACHE'], second.results['CACHE']], second.text).toEqual(['miss', 'hit']);
  });

  it('openshift builds as the user of the namespace', async () => {
    const { host } = await registry({ auth: { kind: 'basic', users: { USER: 'PASSWORD' } } });
    const injected = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: openshift-service-ca.crt }\ndata: {}\n`;
    const { succeeded, text, results } = await run(
      'openshift',
      { 'image-registry.openshift-image-registry.svc:5000': host },
      { user: ARBITRARY, objects: [filled(partOf('dockerconfig', 'Secret'), { 'registry.example': host }), injected] },
    );
    expect(succeeded, text).toBe(true);
    expect(results['IMAGE_URL']).toBe(`${host}/shop/shop:latest`);
  });

  requiresSquid('with a proxy', () => {
    it('proxy publishes by it', async () => {
      const { host, address = '' } = await registry({ name: 'registry.corp', tls: authority });
      // Squid takes users in lower case.
      const squid = await startSquid({ hosts: { [host]: address }, users: { user: 'PASSWORD' } });
      cleanups.push(() => squid.stop());
      // Nothing but the proxy leads to a registry with a name, and such a registry speaks TLS.
      const trusting = 'workspaces:\n    - name: ca-certs\n      configMap:\n        name: authorities';
      const { succeeded, text, results } = await run(
        'proxy',
        { 'registry.example/shop': `${host}/shop`, 'proxy.example:3128': squid.host, 'workspaces:': trusting },
        { objects: [filled(partOf('ca-config-map', 'ConfigMap'), asAuthority(authority))] },
      );
      expect(succeeded, text).toBe(true);
      expect(results['IMAGE_URL']).toBe(`${host}/shop:latest`);
      expect(new Set((await squid.requests()).map(({ user }) => user))).toEqual(new Set(['user']));
    });
  });

  describe('from Git', () => {
    let repository: string;
    let commit: string;
    let git: string;

    beforeAll(async () => {
      const clone = path.join(directory, 'git', 'shop.git');
      await cp(APP, clone, { recursive: true });
      const run = (...args: readonly string[]) =>
        execFileSync('git', ['-C', clone, ...args], { env: { ...process.env, ...GIT_ENVIRONMENT }, encoding: 'utf8' });
      run('init', '--quiet', '--initial-branch=main');
      run('add', '--all');
      run('commit', '--quiet', '--message=first');
      commit = run('rev-parse', 'HEAD').trim();
      const daemon = await startGitDaemon(path.join(directory, 'git'));
      cleanups.push(() => daemon.stop());
      repository = `${daemon.url}/shop.git`;
      git = await helperImage(TOOL_USER);
    });

    const compose = async (denied: string): Promise<TaskOutcome> => {
      const { host } = await registry({ auth: { kind: 'basic', users: { USER: 'PASSWORD' } } });
      const placeholders = {
        [`registry.example/git@${ZEROS}`]: git,
        'registry.example/shop': `${host}/shop`,
        'https://git.example/shop.git': repository,
        'pkg:maven/log4j/log4j@': denied,
      };
      return run('step-actions', placeholders, {
        objects: [filled(partOf('dockerconfig', 'Secret'), { 'registry.example': host })],
      });
    };

    it('step-actions clones, builds, looks into the bill of materials and publishes', async () => {
      const { succeeded, text, results, steps } = await compose('pkg:maven/log4j/log4j@');
      expect(succeeded, text).toBe(true);
      expect(results['IMAGE_URL']).toMatch(/\/shop:edge$/);
      expect(steps.at(-1)?.log).toContain(`shop:${commit}`);
    });

    it('step-actions publishes nothing that is denied', async () => {
      const { succeeded, steps, results } = await compose('pkg:generic/tiny@');
      expect(succeeded).toBe(false);
      expect(steps.find(({ name }) => name === 'check')?.log).toContain('the image holds pkg:generic/tiny@');
      expect(results).toEqual({});
    });

    it('pipeline clones into a claim that the build can read, and makes the image of a run without one', async () => {
      const { host } = await registry({ auth: { kind: 'basic', users: { USER: 'PASSWORD' } } });
      const claims = { shop: await newClaim() };
      const placeholders = {
        [`registry.example/git@${ZEROS}`]: git,
        'registry.example/shop': `${host}/shop`,
        'https://git.example/shop.git': repository,
      };
      const login = filled(partOf('dockerconfig', 'Secret'), { 'registry.example': host });
      const runTaskOf = async (name: string, results: Readonly<Record<string, string>> = {}) => {
        const taskRun = pipelineTaskRun(tektonSample('pipeline'), name, { claim: 'shop', results });
        return runTask({
          task: INSTALLED.map((text) => filled(text, {})).join('\n'),
          taskRun: filled(taskRun, placeholders),
          claims,
          objects: [login],
        });
      };
      const clone = await runTaskOf('clone');
      expect(clone.results, clone.text).toEqual({ commit });
      const built = await runTaskOf('build', { '$(tasks.clone.results.commit)': commit });
      const { IMAGE_DIGEST } = (await run('dockerconfig', { 'registry.example': host })).results;
      expect(built.results, built.text).toMatchObject({ IMAGE_URL: `${host}/shop:edge`, IMAGE_DIGEST });
    });
  });
});

/** An object of another sample, which a sample says must be there. */
function partOf(name: string, kind: string): string {
  return stringify(tektonSample(name).objects.find((object) => object.kind === kind));
}

/** The PEM block of a sample, and a real one in its place. */
function asAuthority({ certificate }: Authority): Placeholders {
  const indented = (pem: string) => pem.trim().replaceAll('\n', '\n    ');
  return { [indented('-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----')]: indented(certificate) };
}
