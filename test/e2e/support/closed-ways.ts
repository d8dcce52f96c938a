import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runWorkflow } from '../../bench/argo.ts';
import { runTask } from '../../bench/tekton.ts';
import { runAction } from './action.ts';
import { configMap, secret, TEMPLATE_REF, TEMPLATES } from './argo.ts';
import { cli } from './cli.ts';
import type { ClosedSite } from './closed-site.ts';
import { type ComponentInputs, runComponents } from './gitlab.ts';
import { FIXED } from './tekton.ts';

export interface ClosedBuild {
  /** On the site's registry. */
  readonly image: string;
  /** Locked and offline; else a build whose buildpacks try to reach somebody. */
  readonly isClosed: boolean;
}

/** Builds in one way on a site. @returns what it printed if it failed, else nothing */
type Way = (site: ClosedSite, build: ClosedBuild) => Promise<string>;

/** By a name that nobody knows, and by an address that nobody has. */
const CURIOUS = 'BP_SHELL=exec 3<>/dev/tcp/deps.example/443 || exec 3<>/dev/tcp/198.51.100.1/80 || true';

/** Each way in which users build; the last is whether it is worth a build that tries to get out: where another process runs buildpacks. */
export const CLOSED_WAYS: readonly (readonly [string, Way, boolean])[] = [
  ['the command line with an engine', byEngine, true],
  ['the command line without an engine', withoutEngine, true],
  ['the GitLab component', (site, build) => byGitLab(site, build, 'build'), false],
  ['the GitLab component in three jobs', (site, build) => byGitLab(site, build, 'build-staged'), false],
  ['the Tekton Task', byTekton, true],
  ['the Argo template', byArgo, false],
  ['the GitHub action', byAction, false],
];

async function byEngine(site: ClosedSite, build: ClosedBuild): Promise<string> {
  const network = build.isClosed ? 'none' : 'host';
  return byCommandLine(site, build, ['--engine=container', `--network=${network}`, '--registry-prefix', site.prefix]);
}

async function withoutEngine(site: ClosedSite, build: ClosedBuild): Promise<string> {
  return byCommandLine(site, build, ['--engine=rootfs', '--registries-conf', site.registriesConf]);
}

async function byCommandLine(site: ClosedSite, { image, isClosed }: ClosedBuild, args: readonly string[]) {
  const given = isClosed ? ['--locked', '--offline'] : ['--env', CURIOUS];
  const { status, stderr } = await cli(
    ['build', `${site.registry.host}/${image}`, '--builder', site.builder, '--path=app', ...given, ...args],
    { launcher: site.network.launcher, directory: site.project, environment: environmentOf(site) },
  );
  return status === 0 ? '' : stderr;
}

async function byGitLab(site: ClosedSite, build: ClosedBuild, template: 'build' | 'build-staged'): Promise<string> {
  const { isClosed } = build;
  const inputs: ComponentInputs = {
    ...{ ...common(site, build), env: isClosed ? '' : CURIOUS, locked: isClosed, offline: isClosed },
    ...(template === 'build-staged' && { 'accept-job-variables-exposed': true }),
  };
  const { jobs, text } = await runComponents(
    {
      components: [{ template, inputs }],
      apps: { '.': site.project },
      // On networks of docker's own a container finds its name in its hosts; git looks for it.
      docker: { host: site.engine, hostname: 'localhost' },
      network: site.network,
      machine: path.join(site.project, '../machine'),
    },
    site,
  );
  return jobs['build-image']?.status === 'success' ? '' : text;
}

async function byTekton(site: ClosedSite, build: ClosedBuild): Promise<string> {
  const { succeeded, text } = await runTask({
    task: FIXED,
    params: {
      ...{ ...common(site, build), ...switches(build), 'tool-image': site.toolImage },
      env: build.isClosed ? [] : [CURIOUS],
    },
    workspaces: {
      source: { kind: 'directory', path: site.project, readOnly: true },
      dockerconfig: { kind: 'secret', data: { 'config.json': await login(site) } },
      'ca-certs': { kind: 'configMap', data: { 'corp.crt': site.authority.certificate } },
    },
  });
  return succeeded ? '' : text;
}

async function byArgo(site: ClosedSite, build: ClosedBuild): Promise<string> {
  const { succeeded, text } = await runWorkflow({
    templates: TEMPLATES,
    templateRef: TEMPLATE_REF,
    parameters: {
      ...{ ...common(site, build), ...switches(build), 'tool-image': site.toolImage },
      ...{ env: build.isClosed ? '' : CURIOUS, 'source-claim': 'work' },
    },
    claims: { work: site.project },
    objects: [
      secret('buildpacks-ci-registry', { '.dockerconfigjson': await login(site) }),
      configMap('buildpacks-ci-ca-certificates', { 'corp.crt': site.authority.certificate }),
    ],
  });
  return succeeded ? '' : text;
}

async function byAction(site: ClosedSite, build: ClosedBuild): Promise<string> {
  const { status, log } = await runAction({
    inputs: {
      ...{ ...common(site, build), 'registry-prefix': '', ...switches(build) },
      ...{ env: build.isClosed ? '' : CURIOUS, engine: 'container', network: 'host' },
      ...{ 'registries-conf': site.registriesConf, cache: 'off' },
    },
    environment: environmentOf(site),
    launcher: site.network.launcher,
    workspace: site.project,
  });
  return status === 0 ? '' : log;
}

function common({ registry, builder, prefix }: ClosedSite, { image }: ClosedBuild) {
  return { image: `${registry.host}/${image}`, builder, path: 'app', 'registry-prefix': prefix };
}

function switches({ isClosed }: ClosedBuild) {
  return { locked: String(isClosed), offline: String(isClosed) };
}

/** In which programs know the site's engine, password and authority. */
export function environmentOf({ engine, dockerConfig, authority }: ClosedSite) {
  return { DOCKER_HOST: engine, DOCKER_CONFIG: dockerConfig, SSL_CERT_FILE: authority.certificateFile };
}

async function login({ dockerConfig }: ClosedSite): Promise<string> {
  return readFile(path.join(dockerConfig, 'config.json'), 'utf8');
}
