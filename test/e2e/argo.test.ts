import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkflowOutcome } from '../bench/argo.ts';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { type Argo, configMap, secret, startArgo, statusesOf } from './support/argo.ts';
import { build } from './support/cli.ts';
import { ARBITRARY, dockerConfig } from './support/tekton.ts';
import { temporaryDirectory } from './support/world.ts';

/** As they arrive, byte by byte; Argo puts something else in place only of names that it knows. */
const KEPT = {
  QUOTES: `"double" 'single' it's \\ \\n`,
  SHELL: '$(date) `id` ${HOME} ; & | < > * ? ~ # !',
  NAMES: '{{version}} {{ x $(params.image) ${{ secrets.X }}',
  SIGNS: '=a=b=, %0A ::error::no -v --',
  UNICODE: 'Grüße, 世界 \t.',
} as const;

const PASSWORD = 'hush-hush-argo';
const ENCODED = Buffer.from(`ann:${PASSWORD}`).toString('base64');

const HIDDEN = {
  'the program and the outputs of Argo’s executor': '/var/run/argo',
  'the Secret with credentials': '/buildpacks-ci/dockerconfig',
  'the Secret with a proxy': '/buildpacks-ci/proxy',
  'a token for the cluster': '/var/run/secrets/kubernetes.io/serviceaccount/token',
  'the checkout': '/buildpacks-ci/source',
  'temporary files of our own containers': '/tmp/plan-digest',
} as const;

/** Patterns that do not match themselves, since the script is a variable of the buildpack. */
const PATTERNS = [PASSWORD, ENCODED].map((text) => `-e '[${text.charAt(0)}]${text.slice(1)}'`).join(' ');

/** What the buildpack does to look around. */
const LOOK = [
  ...Object.values(HIDDEN).map((place) => `[ -e ${place} ] || echo no ${place}`),
  `grep -rls ${PATTERNS} /proc/[0-9]*/environ /buildpacks-ci /platform /tmp || echo no password`,
  'tr "\\000" "\\n" </proc/1/environ | sed "s/=.*//; s/^/variable /"',
].join('\n');

requiresDocker('the template for Argo', () => {
  let argo: Argo;
  beforeAll(async () => {
    const buildpacks = ['procfile', 'failing', 'large-layer', 'env-probe', 'shell'];
    argo = await startArgo({ buildpacks });
  });
  afterAll(() => argo.stop());

  it('makes the image of a build in one process, and tells it', async () => {
    const app = path.join(await temporaryDirectory('argo'), 'app');
    await mkdir(app);
    await writeFile(path.join(app, 'Procfile'), 'web: true\n');
    const args = ['--builder', argo.world.builder, '--path', app, '--buildpacks', 'samples/procfile'];
    const whole = await build([argo.world.image('whole'), ...args]);
    const image = argo.world.image('app');
    const { outputs, text } = await argo.run({ parameters: { image, buildpacks: 'samples/procfile' } });
    expect(outputs, text).toEqual({
      image,
      digest: whole.digest,
      'base-image-digest': whole.runImage.digest,
      cache: 'off',
    });
    expect(await argo.world.digest(image)).toBe(whole.digest);
  });

  it('tells no image that it does not publish', async () => {
    const image = argo.world.image('unpublished');
    const { outputs, text } = await argo.run({
      parameters: { image, publish: 'false', buildpacks: 'samples/procfile' },
    });
    expect(outputs, text).toMatchObject({ image: '', digest: '' });
  });

  it('ends with the status of the lifecycle when a buildpack fails, and publishes nothing', async () => {
    const run = await argo.run({ parameters: { image: argo.world.image('failing'), buildpacks: 'test/failing' } });
    expect(statusesOf(run), run.text).toEqual({ prepare: 0, build: 51 });
    expect(run.outputs).toEqual({});
  });

  it('hands on lines as they are', async () => {
    const image = argo.world.image('values');
    const lines = [
      ...Object.entries(KEPT).map(([name, value]) => `${name}=${value}`),
      'BLOCK<<END',
      'a',
      '',
      '- b',
      'END',
    ];
    const run = await argo.run({ parameters: { image, buildpacks: 'test/env-probe', env: lines.join('\n') } });
    expect(run.succeeded, run.text).toBe(true);
    const value = async (name: string) => {
      const file = `/layers/test_env-probe/report/values/${name}`;
      return Buffer.from(await readAppFile(image, file, argo.world.registry.access), 'base64').toString();
    };
    for (const [name, expected] of Object.entries(KEPT)) expect(await value(name)).toBe(expected);
    expect(await value('BLOCK')).toBe('a\n\n- b');
  });

  it.each([
    ['with the users of the manifest', 'fixed', undefined],
    ['with the user of an OpenShift namespace', 'cluster', ARBITRARY],
  ])('keeps its layer cache on a volume, %s', async (_case, users, user) => {
    const large = { buildpacks: 'test/large-layer', env: 'BP_LARGE_LAYER_MB=4' };
    const parameters = { ...large, users, image: argo.world.image(`claimed-${users}`), 'cache-claim': 'cache' };
    const claims = { cache: await argo.sharedVolume() };
    const options = { parameters, claims, ...(user !== undefined && { user }) };
    const first = await argo.run(options);
    expect(first.succeeded, first.text).toBe(true);
    const second = await argo.run(options);
    expect(second.outputs, second.text).toEqual({ ...first.outputs, cache: 'hit' });
    expect(second.text).toContain("Reusing layer 'test/large-layer:large'");
  });

  it('goes by the proxy of a Secret, and keeps its password', async () => {
    const proxy = { 'https-proxy': `http://ann:${PASSWORD}@127.0.0.1:1\n` };
    const { succeeded, text } = await argo.run({
      parameters: { image: 'registry.invalid/app', buildpacks: 'samples/procfile' },
      objects: [secret('buildpacks-ci-proxy', proxy)],
    });
    expect(succeeded).toBe(false);
    expect(text).toMatch(/error: .*the proxy http:\/\/127\.0\.0\.1:1 /);
    expect(text).not.toContain(PASSWORD);
  });

  it('gives buildpacks the Secrets that are bindings', async () => {
    const script = 'for file in "$CNB_PLATFORM_DIR"/bindings/settings/*; do echo "${file##*/}=$(cat "$file")"; done';
    const run = await argo.run({
      parameters: {
        image: argo.world.image('bound'),
        buildpacks: 'test/shell',
        env: `BP_SHELL=${script}`,
        'binding-secrets': '\nsettings\n',
      },
      objects: [secret('settings', { type: 'maven', 'settings.xml': '<settings/>' })],
    });
    expect(run.text).toContain('shell: settings.xml=<settings/>');
    expect(run.text).toContain('shell: type=maven');
  });
});

requiresDocker('on a registry with a password and a private authority, what a buildpack sees', () => {
  let argo: Argo;
  let run: WorkflowOutcome;
  beforeAll(async () => {
    argo = await startArgo({
      buildpacks: ['shell'],
      registry: { tls: true, auth: { kind: 'basic', users: { ann: PASSWORD } } },
    });
    run = await argo.run({
      parameters: { image: argo.world.image('app'), env: `BP_SHELL<<END\n${LOOK}\nEND` },
      objects: [
        secret('buildpacks-ci-registry', { '.dockerconfigjson': dockerConfig(argo.world) }),
        configMap('buildpacks-ci-ca-certificates', {
          'corp.crt': await readFile(argo.world.registry.ca ?? '', 'utf8'),
        }),
      ],
    });
  });
  afterAll(() => argo.stop());

  it.each(Object.entries(HIDDEN))('is not %s', (_what, place) => {
    expect(run.succeeded, run.text).toBe(true);
    expect(run.text).toContain(`shell: no ${place}\n`);
  });

  it('is no password, and none is printed', () => {
    expect(run.text).toContain('shell: no password\n');
    expect(run.text).not.toContain(PASSWORD);
    expect(run.text).not.toContain(ENCODED);
  });

  it('is not the template, in any variable', () => {
    expect(run.text).toContain('shell: variable ARGO_CONTAINER_NAME\n');
    expect(run.text).not.toContain('shell: variable ARGO_TEMPLATE');
  });
});
