import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PipelineOutcome, Variable } from '../bench/gitlab.ts';
import { helperImage } from '../bench/gitlab/helper-image.ts';
import { leaksOf } from '../support/leaks.ts';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { type GitLab, jobOf, startGitLab } from './support/gitlab.ts';

/** What every planted secret begins with, and how the buildpack is told. */
const CANARY = `canary-${randomBytes(6).toString('hex')}-`;
const HUNT = `CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`;

/** As projects have them: for the whole job, not for the build. The runner puts files into a folder beside the checkout, open to all. */
const VARIABLES: readonly Variable[] = [
  { key: 'DEPLOY_TOKEN', value: `${CANARY}variable`, masked: true },
  { key: 'KUBECONFIG', value: `${CANARY}file`, file: true, masked: true },
  { key: 'NOT_MASKED', value: `${CANARY}plain` },
  {
    key: 'DOCKER_AUTH_CONFIG',
    value: JSON.stringify({ auths: { 'other.invalid': { auth: base64(`bob:${CANARY}auth`) } } }),
  },
  { key: 'HTTPS_PROXY', value: `http://ann:${CANARY}proxy@127.0.0.1:9` },
  { key: 'NO_PROXY', value: '127.0.0.1' },
];

/** Where Kubernetes has it. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

requiresDocker('a buildpack in a GitLab pipeline', () => {
  let gitlab: GitLab;
  let run: PipelineOutcome;
  let account: string;
  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['canary'], password: `${CANARY}registry` });
    // What a cluster puts into every container of a job's Pod, for everybody to read.
    account = await mkdtemp(path.join(tmpdir(), 'e2e-account-'));
    await chmod(account, 0o755);
    await writeFile(path.join(account, 'token'), `${CANARY}account`, { mode: 0o644 });
    const script = [`grep -rl "$MARK" "$CI_PROJECT_DIR.tmp" "$CI_PROJECT_DIR/.git" ${ACCOUNT} /proc/self/environ`];
    const inputs = { image: '$CI_REGISTRY_IMAGE/app', builder: gitlab.world.builder, path: 'app' };
    run = await gitlab.run({
      components: [{ inputs: { ...inputs, env: HUNT, 'git-directory': true } }],
      jobs: { control: { stage: 'build', image: await helperImage(), script, variables: { MARK: CANARY } } },
      apps: { app: 'samples/apps/procfile' },
      variables: VARIABLES,
      volumes: [`${account}:${ACCOUNT}:ro`],
      jobToken: `${CANARY}job`,
    });
  });
  afterAll(async () => {
    await gitlab.stop();
    await rm(account, { recursive: true, force: true });
  });

  it('has secrets all around it', () => {
    const { text } = jobOf(run, 'control').log;
    for (const place of ['.tmp/KUBECONFIG', '.tmp/.gitlab-runner.ext.conf', `${ACCOUNT}/token`, '/proc/self/environ']) {
      expect(text).toContain(place);
    }
  });

  it('finds neither the job’s token nor the registry’s password nor variables of the project', async () => {
    expect(jobOf(run).status, run.text).toBe('success');
    expect(jobOf(run).log.text).toContain('canary: 0 findings');
    const image = `${gitlab.registry.host}/acme/shop/app:latest`;
    expect(await readAppFile(image, '/layers/test_canary/report/found.txt', gitlab.world.registry.access)).toBe('');
  });

  describe('leaves no secret', () => {
    it('in the log', () => {
      expect(leaksOf(jobOf(run).log.raw, CANARY)).toEqual([]);
    });

    it('in reports and artifacts', () => {
      const all = jobOf(run).artifacts.map(({ content }) => Buffer.from(content).toString('latin1'));
      expect(all).not.toEqual([]);
      expect(leaksOf(all.join('\n'), CANARY)).toEqual([]);
    });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
