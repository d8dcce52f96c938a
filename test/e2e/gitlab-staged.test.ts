import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineOutcome } from '../bench/gitlab.ts';
import { helperImage } from '../bench/gitlab/helper-image.ts';
import { requiresDocker } from '../support/requires.ts';
import { build } from './support/cli.ts';
import { loggedIn } from './support/docker-config.ts';
import { type ComponentInputs, type GitLab, type GitLabRun, jobOf, resultOf, startGitLab } from './support/gitlab.ts';

const ORDER = [[{ id: 'test/large-layer' }, { id: 'samples/procfile' }]];
const APP = 'samples/apps/procfile';
const ENV = 'BP_LARGE_LAYER_MB=2';

/** One of those that OpenShift gives to a project. */
const UID = '1000680000';

let gitlab: GitLab;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'e2e-staged-'));
  await chmod(scratch, 0o755);
  gitlab = await startGitLab({ buildpacks: ['procfile', 'large-layer'], builder: { order: ORDER } });
});
afterAll(async () => {
  await gitlab.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** A pipeline with the component in three jobs. */
async function run(inputs: ComponentInputs, more: Partial<GitLabRun> = {}): Promise<PipelineOutcome> {
  const { world } = gitlab;
  const builder = `${world.builder.replace(/:1$/, '')}@${await world.digest(world.builder)}`;
  const always = { builder, path: 'app', env: ENV, 'accept-job-variables-exposed': true };
  const components = [{ template: 'build-staged', inputs: { ...always, ...inputs } }] as const;
  return gitlab.run({ components, apps: { app: APP }, ...more });
}

/** What a restricted cluster does to the containers of a job: a user of its own, no capabilities, empty volumes. */
async function restricted(): Promise<Pick<GitLabRun, 'docker' | 'volumes' | 'machine'>> {
  const passwd = path.join(scratch, 'passwd');
  await writeFile(passwd, `root:x:0:0:root:/root:/bin/sh\nci:x:${UID}:0::/tmp:/sbin/nologin\n`, { mode: 0o644 });
  const folders = ['layers', 'workspace'].map((name) => path.join(scratch, name));
  for (const folder of folders) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await chmod(folder, 0o2777);
  }
  const volumes = folders.map((folder) => `${folder}:/${path.basename(folder)}`);
  const user = `${UID}:0`;
  const helper = await helperImage(user);
  return {
    docker: { user, helper_image: helper, cap_drop: ['ALL'], security_opt: ['no-new-privileges'] },
    volumes: [...volumes, `${passwd}:/etc/passwd:ro`],
    machine: path.join(scratch, 'machine'),
  };
}

requiresDocker('the GitLab component in three jobs', () => {
  it('publishes the image that the command line makes of the same app', async () => {
    const outcome = await run({ image: '$CI_REGISTRY_IMAGE/app' });
    const result = await resultOf(outcome, gitlab);
    const { world } = gitlab;
    const { host, ca = '' } = world.registry;
    const login = await loggedIn(host, `${gitlab.registry.user}:${gitlab.registry.password}`);
    const args = [world.image('own'), '--builder', world.builder, '--path', APP, '--env', ENV];
    const own = await build(args, { environment: { ...login, SSL_CERT_FILE: ca } });
    expect(result.digest).toBe(own.digest);
    expect(await world.digest(`${host}/acme/shop/app:latest`)).toBe(own.digest);
  });

  describe('as any user and without capabilities', () => {
    let first: PipelineOutcome;
    let again: PipelineOutcome;
    let machine: string;
    beforeAll(async () => {
      const inputs = { image: '$CI_REGISTRY_IMAGE/any', uid: UID, gid: '0' };
      machine = path.join(scratch, 'machine');
      first = await run(inputs, await restricted());
      again = await run(inputs, await restricted());
    });

    it('builds', () => {
      expect(jobOf(first).status, first.text).toBe('success');
    });

    it('makes the same image again, from its cache', async () => {
      const result = await resultOf(again, { machine });
      expect(jobOf(again, 'build-image:run').log.text).toContain('from the cache');
      expect(result.digest).toBe(await gitlab.world.digest(`${gitlab.registry.host}/acme/shop/any:latest`));
      expect(result.layers.filter(({ origin }) => origin === 'added')).toEqual([]);
    });
  });

  it('does not build where nobody has accepted what buildpacks see', async () => {
    const outcome = await run({ image: '$CI_REGISTRY_IMAGE/refused', 'accept-job-variables-exposed': false });
    const job = jobOf(outcome, 'build-image:prepare');
    expect(job, outcome.text).toMatchObject({ status: 'failed', exitCode: 2 });
    expect(job.log.text).toContain('accept-job-variables-exposed');
    expect(jobOf(outcome, 'build-image:run').status).toBe('pending');
  });
});
