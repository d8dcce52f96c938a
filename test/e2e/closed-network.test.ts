import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requiresNetwork } from '../support/requires.ts';
import { runAction } from './support/action.ts';
import { cli } from './support/cli.ts';
import { type ClosedSite, startClosedSite } from './support/closed-site.ts';
import { type ComponentInputs, runComponents } from './support/gitlab.ts';
import { FIXED } from './support/tekton.ts';
import { runTask } from '../bench/tekton.ts';
import { startWorld, type World } from './support/world.ts';

const APP = path.resolve(import.meta.dirname, '../../samples/apps/procfile');

/** What a build does that has not been told to stay inside: our program asks for a cache, and buildpacks ask for anything. */
const CURIOUS = 'exec 3<>/dev/tcp/deps.example/443 || exec 3<>/dev/tcp/198.51.100.1/80 || true';

/** What differs between a closed build and one that only happens to be in a closed network. */
interface Asked {
  readonly image: string;
  readonly closed: boolean;
}

requiresNetwork('in a network without a way out', () => {
  let world: World;
  let site: ClosedSite;

  beforeAll(async () => {
    world = await startWorld({
      buildpacks: ['shell', 'procfile'],
      builder: { order: [[{ id: 'test/shell' }, { id: 'samples/procfile' }]], runImage: 'builders.example/run:1' },
    });
    site = await startClosedSite(world, APP);
    vi.stubEnv('DOCKER_HOST', site.engine);
    vi.stubEnv('DOCKER_CONFIG', site.dockerConfig);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await (site as ClosedSite | undefined)?.stop();
    await world.stop();
  });

  const env = ({ closed }: Asked) => (closed ? '' : `BP_SHELL=${CURIOUS}`);
  const switches = ({ closed }: Asked) => ({ locked: String(closed), offline: String(closed) });
  const environment = () => ({
    DOCKER_HOST: site.engine,
    DOCKER_CONFIG: site.dockerConfig,
    SSL_CERT_FILE: site.authority.certificateFile,
  });

  const commandLine = async (asked: Asked, ...args: readonly string[]) => {
    const { closed, image } = asked;
    const given = closed ? ['--locked', '--offline'] : ['--env', env(asked)];
    const line = ['build', `${site.registry.host}/${image}`, '--builder', site.builder, '--path=app', ...given, ...args];
    const { launcher } = site.network;
    const { status, stderr } = await cli(line, { launcher, directory: site.project, environment: environment() });
    return status === 0 ? '' : stderr;
  };

  const gitlab = async (asked: Asked, component: { template: 'build' | 'build-staged'; inputs?: ComponentInputs }) => {
    const { builder, prefix, registry, authority, toolImage, network, project } = site;
    const inputs = {
      ...{ image: `${registry.host}/${asked.image}`, builder, path: 'app', 'registry-prefix': prefix },
      ...{ env: env(asked), locked: asked.closed, offline: asked.closed, ...component.inputs },
    };
    const { jobs, text } = await runComponents(
      {
        components: [{ template: component.template, inputs }],
        apps: { '.': project },
        docker: { host: site.engine },
        network,
        machine: path.join(project, '../machine'),
      },
      { registry, authority, toolImage },
    );
    return jobs['build-image']?.status === 'success' ? '' : text;
  };

  const tekton = async (asked: Asked) => {
    const { builder, prefix, registry, authority, toolImage, project, dockerConfig } = site;
    const { succeeded, text } = await runTask({
      task: FIXED,
      params: {
        ...{ image: `${registry.host}/${asked.image}`, builder, 'tool-image': toolImage, 'registry-prefix': prefix },
        ...{ path: 'app', env: env(asked) === '' ? [] : [env(asked)], ...switches(asked) },
      },
      workspaces: {
        source: { kind: 'directory', path: project, readOnly: true },
        dockerconfig: {
          kind: 'secret',
          data: { 'config.json': await readFile(path.join(dockerConfig, 'config.json'), 'utf8') },
        },
        'ca-certs': { kind: 'configMap', data: { 'corp.crt': authority.certificate } },
      },
    });
    return succeeded ? '' : text;
  };

  const action = async (asked: Asked) => {
    const { builder, registry, registriesConf, project, network } = site;
    const inputs = {
      ...{ image: `${registry.host}/${asked.image}`, builder, path: 'app', env: env(asked), engine: 'container' },
      ...{ network: 'host', cache: 'off', 'registries-conf': registriesConf, ...switches(asked) },
    };
    const { launcher } = network;
    const { status, log } = await runAction({ inputs, environment: environment(), launcher, workspace: project });
    return status === 0 ? '' : log;
  };

  /** Builds, and gives what it printed if it failed. */
  const ways: readonly (readonly [string, (asked: Asked) => Promise<string>])[] = [
    [
      'the command line with an engine',
      (asked) =>
        commandLine(
          asked,
          ...['--engine=container', `--network=${asked.closed ? 'none' : 'host'}`],
          ...['--registry-prefix', site.prefix],
        ),
    ],
    [
      'the command line without an engine',
      (asked) => commandLine(asked, '--engine=rootfs', '--registries-conf', site.registriesConf),
    ],
    ['the GitLab component', (asked) => gitlab(asked, { template: 'build' })],
    [
      'the GitLab component in three jobs',
      (asked) => gitlab(asked, { template: 'build-staged', inputs: { 'accept-job-variables-exposed': true } }),
    ],
    ['the Tekton Task', tekton],
    ['the GitHub action', action],
  ];

  describe.each(ways)('%s', (way, run) => {
    const image = way.toLowerCase().replaceAll(' ', '-');

    it('makes the image of the open world, and tries to reach nobody', async () => {
      const before = await site.network.refusals();
      expect(await run({ image: `closed/${image}`, closed: true })).toBe('');
      expect(await site.network.refusals()).toBe(before);
      expect(await site.digest(`closed/${image}`)).toBe(site.connected);
    });

    it('is seen when it tries', async () => {
      const before = await site.network.refusals();
      expect(await run({ image: `curious/${image}`, closed: false })).toBe('');
      expect(await site.network.refusals()).toBeGreaterThan(before);
    });
  });
});
