import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderTask, type WorkspaceSource } from '../bench/tekton.ts';
import { requiresDocker, requiresRoot } from '../support/requires.ts';
import { runAction } from './support/action.ts';
import { build } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { type GitLab, resultOf, startGitLab } from './support/gitlab.ts';
import { ANY_USER, APP, ARBITRARY, dockerConfig, FIXED, type Tekton, tektonOf } from './support/tekton.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const ENV = 'BP_LARGE_LAYER_MB=1';
/** Nearly as long as registries let a name be. */
const LONG = ['team', 'a'.repeat(90), 'b'.repeat(90)].join('/');

requiresDocker('the Tekton Task', () => {
  let gitlab: GitLab;
  let tekton: Tekton;
  let certificate: string;
  let expected: string;
  /** Of the command line, for the registry that GitLab has. */
  let login: () => Promise<Readonly<Record<string, string>>>;

  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
    tekton = await tektonOf(gitlab.world);
    const { host, ca = '', access } = gitlab.world.registry;
    certificate = readFileSync(ca, 'utf8');
    const { user = '', password = '' } = access.credentials ?? {};
    login = async () => ({ ...(await loggedIn(host, `${user}:${password}`)), SSL_CERT_FILE: ca });
  });
  afterAll(async () => {
    await tekton.stop();
    await gitlab.stop();
  });

  const access = (): Readonly<Record<string, WorkspaceSource>> => ({
    dockerconfig: { kind: 'secret', data: { 'config.json': dockerConfig(gitlab.world) } },
    'ca-certs': { kind: 'configMap', data: { 'corp.crt': certificate } },
  });
  const commandLine = async (engine: string) => {
    const args = ['--builder', gitlab.world.builder, '--path', APP, '--env', ENV, '--engine', engine];
    return build([gitlab.world.image(`by-${engine}`), ...args], { environment: await login() });
  };

  describe('makes the image', () => {
    it('of the command line, and tells it', async () => {
      const whole = await commandLine('container');
      expected = whole.digest;
      const image = gitlab.world.image('app');
      const run = await tekton.run({ params: { image, env: [ENV] }, workspaces: access() });
      expect(run.results, run.text).toEqual({
        IMAGE_URL: image,
        IMAGE_DIGEST: whole.digest,
        APP_IMAGE_URL: image,
        APP_IMAGE_DIGEST: whole.digest,
        BASE_IMAGE_DIGEST: whole.runImage.digest,
        CACHE: 'off',
      });
      expect(await gitlab.world.digest(image)).toBe(whole.digest);
    });

    requiresRoot('of the command line', () => {
      it('without an engine', async () => {
        expect((await commandLine('rootfs')).digest).toBe(expected);
      });
    });

    it('of the GitHub action', async () => {
      const { world } = gitlab;
      const inputs = { image: world.image('by-action'), builder: world.builder, path: APP, env: ENV };
      const action = await runAction({ inputs, environment: await login() });
      expect(action.outputs['digest'], action.log).toBe(expected);
    });

    it('of the GitLab component in three jobs', async () => {
      const inputs = { image: '$CI_REGISTRY_IMAGE/app', builder: tekton.builder, path: 'app', env: ENV };
      const component = {
        template: 'build-staged',
        inputs: { ...inputs, 'accept-job-variables-exposed': true },
      } as const;
      const pipeline = await gitlab.run({ components: [component], apps: { app: 'samples/apps/procfile' } });
      expect((await resultOf(pipeline, gitlab)).digest, pipeline.text).toBe(expected);
    });

    it('of itself, as whoever the cluster chooses', async () => {
      const twice = ['once', 'again'].map((name) =>
        tekton.run({
          task: ANY_USER,
          user: ARBITRARY,
          params: { image: gitlab.world.image(name), env: [ENV] },
          workspaces: access(),
        }),
      );
      const [once, again] = await Promise.all(twice);
      expect(once?.succeeded, once?.text).toBe(true);
      expect(again?.results['IMAGE_DIGEST'], again?.text).toBe(once?.results['IMAGE_DIGEST']);
    });
  });

  describe('tells', () => {
    it('no image that it does not publish', async () => {
      const run = await tekton.run({
        params: { image: gitlab.world.image('unpublished'), publish: 'false' },
        workspaces: access(),
      });
      expect(run.succeeded, run.text).toBe(true);
      expect(Object.keys(run.results).sort()).toEqual(['BASE_IMAGE_DIGEST', 'CACHE']);
    });

    it('the first of many tags, however long their names are, so that results have room', async () => {
      const { host } = gitlab.world.registry;
      const tags = Array.from({ length: 40 }, (_, index) => `${index}-${'t'.repeat(100)}`);
      const run = await tekton.run({
        params: { image: `${host}/${LONG}`, tags, env: [ENV] },
        workspaces: access(),
      });
      expect(run.results, run.text).toMatchObject({
        IMAGE_URL: `${host}/${LONG}:${tags[0] ?? ''}`,
        IMAGE_DIGEST: expected,
      });
      expect(await gitlab.world.digest(`${host}/${LONG}:${tags.at(-1) ?? ''}`)).toBe(expected);
    });
  });
});

describe.each([
  ['buildpacks-ci', FIXED, undefined],
  ['buildpacks-ci-any-user', ANY_USER, ARBITRARY],
])('a restricted namespace and the Task %s', (_name, task, user) => {
  const all = ['dockerconfig', 'ca-certs', 'bindings', 'registries-conf'].map(
    (name) => [name, { kind: 'secret', data: { key: 'value' } }] as const,
  );
  const given = {
    task,
    ...(user !== undefined && { user }),
    params: { image: 'registry.example/app', builder: 'registry.example/builder' },
    workspaces: {
      source: { kind: 'directory', path: APP },
      cache: { kind: 'emptyDir' },
      ...(Object.fromEntries(all) as Record<string, WorkspaceSource>),
    },
  } as const;

  it('go together, with every workspace', async () => {
    const { problems, refusals } = await renderTask(given);
    expect([problems, refusals]).toEqual([[], []]);
  });

  it('do not without set-security-context, since Tekton’s own container asks for too much', async () => {
    const { refusals } = await renderTask({ ...given, featureFlags: { 'set-security-context': 'false' } });
    expect(refusals.join('\n')).toMatch(/allowPrivilegeEscalation != false: containers? .*"prepare"/);
    expect(refusals.join('\n')).not.toMatch(/step-(prepare|build|publish)/);
  });
});
