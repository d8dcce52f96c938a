import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followCommands } from '../../packages/github-action/test/support/recorder.ts';
import { requiresEngine } from '../support/requires.ts';
import { runAction } from './support/action.ts';
import { startWorld, temporaryDirectory, type World } from './support/world.ts';

const CANARY = 'canary-of-the-job-';
const HUNT = `CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`;
const JOB_TOKEN = `${CANARY}token`;

requiresEngine('the action', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile', 'hostile-output', 'canary', 'failing'] });
  });
  afterAll(() => world.stop());

  const inputs = (name: string) => ({
    image: `${world.registry.host}/${name}`,
    builder: world.builder,
    path: 'samples/apps/procfile',
    'github-token': JOB_TOKEN,
  });

  it('publishes what was pushed, and tells later steps', async () => {
    const outcome = await runAction({ inputs: inputs('pushed') });
    expect(outcome.log).toContain('push on refs/heads/main is trusted: the image is published');
    expect(outcome.status).toBe(0);
    const image = `${world.registry.host}/pushed:latest`;
    const digest = await world.digest(image);
    expect(outcome.outputs).toMatchObject({ image, digest, tags: image, 'cache-hit': 'false' });
    expect(JSON.parse(outcome.outputs['metadata'] ?? '')).toMatchObject({ schemaVersion: 1, digest });
    expect(outcome.artifacts).toEqual([`oci://${world.registry.host}/pushed@${digest}`]);
    expect(outcome.summary).toContain(`### \`${image}\``);
    expect(outcome.summary).toContain(digest);
    expect(outcome.log).toContain("GitHub's cache is not used: the runner offers no cache service");
  });

  it('builds a pull request without publishing it', async () => {
    const outcome = await runAction({ inputs: inputs('requested'), event: 'pull_request' });
    expect(outcome.status).toBe(0);
    expect(outcome.outputs).toMatchObject({ image: '', tags: '', digest: expect.stringMatching(/^sha256:/) as string });
    expect(outcome.artifacts).toEqual([]);
    await expect(world.digest(`${world.registry.host}/requested:latest`)).rejects.toThrow();
  });

  it('gives buildpacks nothing that the job has for itself', async () => {
    const outcome = await runAction({
      inputs: {
        ...inputs('hunted'),
        buildpacks: 'test/canary\nsamples/procfile',
        env: HUNT,
        'registry-auth': `registry.example=ci:${CANARY}password`,
      },
      environment: {
        GITHUB_TOKEN: JOB_TOKEN,
        ACTIONS_RUNTIME_TOKEN: `${CANARY}runtime`,
        ACTIONS_RESULTS_URL: `http://127.0.0.1:9/${CANARY}results/`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${CANARY}identity`,
        ACTIONS_ID_TOKEN_REQUEST_URL: `https://127.0.0.1:9/${CANARY}identity`,
      },
    });
    expect(outcome).toMatchObject({ status: 0, log: expect.stringContaining('canary: 0 findings') as string });
    expect(outcome.masked).toEqual(expect.arrayContaining([JOB_TOKEN, `${CANARY}password`]));
    const { outputs, summary, artifacts, forbidden } = outcome;
    expect(JSON.stringify({ outputs, summary, artifacts, forbidden })).not.toContain(CANARY);
    expect(forbidden).toBe('');
  });

  it('is not commanded by what buildpacks print', async () => {
    const outcome = await runAction({ inputs: { ...inputs('hostile'), buildpacks: 'test/hostile-output' } });
    const { commands } = followCommands(outcome.log.split(/\r\n|\r|\n/));
    const phases = ['group', 'endgroup'];
    expect(commands.filter(({ name }) => !phases.includes(name))).toEqual([]);
    expect(commands.filter(({ name, data }) => name === 'group' && data.includes('planted'))).toEqual([]);
    expect(outcome.outputs['digest']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(outcome.forbidden).toBe('');
  });

  it('fails with the status of the lifecycle, and says on the page of the run which buildpack it was', async () => {
    const outcome = await runAction({ inputs: { ...inputs('failing'), buildpacks: 'test/failing' } });
    expect(outcome.status).toBe(51);
    const [error, ...more] = followCommands(outcome.log.split('\n')).commands.filter(({ name }) => name === 'error');
    expect(more).toEqual([]);
    expect(error?.properties['title']).toBe('The build failed');
    expect(error?.data).toContain('test/failing');
    expect(outcome.outputs).toEqual({});
  });

  it('shows what is wrong with project.toml beside its line', async () => {
    const workspace = await temporaryDirectory('workspace');
    const app = path.join(workspace, 'apps/shop');
    await mkdir(path.dirname(app), { recursive: true });
    await cp('samples/apps/procfile', app, { recursive: true });
    await writeFile(path.join(app, 'project.toml'), '[_]\nschema-version = "0.2"\n[io.buildpacks]\nbuilder = 7\n');
    const outcome = await runAction({ inputs: { ...inputs('wrong'), path: 'apps/shop' }, workspace });
    expect(outcome.status).toBe(2);
    const [error] = followCommands(outcome.log.split('\n')).commands.filter(({ name }) => name === 'error');
    expect(error?.properties).toMatchObject({ file: 'apps/shop/project.toml', line: '4' });
  });

  it('says what a workflow without a checkout lacks', async () => {
    const workspace = await temporaryDirectory('workspace');
    const outcome = await runAction({ inputs: inputs('nothing'), workspace });
    expect(outcome).toMatchObject({ status: 2, log: expect.stringContaining('actions/checkout') as string });
  });

  it('tells nothing secret with debug logging', async () => {
    const outcome = await runAction({
      inputs: {
        ...inputs('debugged'),
        env: `TOKEN=${CANARY}variable`,
        'registry-auth': `a.example=b:${CANARY}password`,
      },
      environment: { RUNNER_DEBUG: '1' },
    });
    expect(outcome.log).toContain('::debug::builder: ');
    expect(outcome.log).not.toContain(CANARY);
  });
});
