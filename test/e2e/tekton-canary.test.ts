import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountSecret, SERVICE_ACCOUNT_TOKEN, type TaskOutcome } from '../bench/tekton.ts';
import { leaksOf } from '../support/leaks.ts';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { codesOf, dockerConfig, FIXED, SEVERAL_CLAIMS, startTekton, type Tekton } from './support/tekton.ts';

/** What every planted secret begins with, and how the buildpack is told. */
const CANARY = `canary-${randomBytes(6).toString('hex')}-`;
const HUNT = `CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`;
const BUILDPACKS = ['test/canary', 'test/shell'];

/** What there is where workspaces, logins and the token would be. */
const LOOK = [
  'ls /buildpacks-ci',
  'find /tekton/home -type f',
  'ls -d /tekton/creds* 2>&- || echo no login',
  'ls -d /var/run/secrets/kubernetes.io 2>&- || echo no token',
].join('\n');

requiresDocker('buildpacks in the Tekton Task', () => {
  let tekton: Tekton;
  /** What the ServiceAccount lists: credentials of another registry. */
  let accountSecret: AccountSecret;
  beforeAll(async () => {
    const auth = { kind: 'basic', users: { ann: `${CANARY}registry` } } as const;
    tekton = await startTekton({ buildpacks: ['canary', 'shell'], registry: { auth } });
    const auths = { 'other.invalid': { auth: Buffer.from(`bob:${CANARY}account`).toString('base64') } };
    accountSecret = {
      name: 'push',
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': JSON.stringify({ auths }) },
    };
  });
  afterAll(() => tekton.stop());

  /** Credentials in the isolated workspace, as they are meant to be; the buildpack shell looks around. */
  const run = (name: string, more: Partial<Parameters<Tekton['run']>[0]>, script = ':') => {
    const { params, workspaces, ...rest } = more;
    const config = JSON.stringify({ ...(JSON.parse(dockerConfig(tekton.world)) as object), note: `${CANARY}config` });
    return tekton.run({
      params: { image: tekton.world.image(name), buildpacks: BUILDPACKS, env: [HUNT, `BP_SHELL=${script}`], ...params },
      workspaces: { dockerconfig: { kind: 'secret', data: { 'config.json': config } }, ...workspaces },
      serviceAccountSecrets: [accountSecret],
      ...rest,
    });
  };
  const findings = async (name: string) => {
    const file = '/layers/test_canary/report/found.txt';
    const report = await readAppFile(tekton.world.image(name), file, tekton.world.registry.access);
    return report.split('\n').filter((line) => line !== '');
  };

  describe('with credentials wherever the docs say', () => {
    let outcome: TaskOutcome;
    beforeAll(async () => {
      const source = await tekton.volumeOf({
        'start.sh': '#!/bin/sh\n',
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.git/config': `[remote "origin"]\n\turl = https://ann:${CANARY}url@code.invalid/app.git\n`,
        'left-out': `${CANARY}excluded`,
        'project.toml': '[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["left-out"]\n',
      });
      const cache = await tekton.preparedClaim();
      const certificate = rootCertificates[0] ?? '';
      outcome = await run(
        'safe',
        {
          task: withVariable(`${CANARY}variable`),
          params: { 'git-directory': 'true' },
          workspaces: {
            source: { kind: 'directory', path: source },
            cache: { kind: 'directory', path: cache },
            'ca-certs': { kind: 'configMap', data: { 'corp.crt': `# ${CANARY}ca\n${certificate}` } },
            'registries-conf': { kind: 'configMap', data: { 'registries.conf': `# ${CANARY}conf` } },
          },
          podTemplate: { automountServiceAccountToken: false },
          featureFlags: { ...SEVERAL_CLAIMS, 'disable-creds-init': 'true' },
        },
        LOOK,
      );
    });

    it('find none', async () => {
      expect(outcome.succeeded, outcome.text).toBe(true);
      expect(await findings('safe')).toEqual([]);
    });

    it('see no workspace, not even where one would be, no token and no login', () => {
      const said = (outcome.steps[1]?.log ?? '').split('\n').filter((line) => line.startsWith('shell: '));
      expect(said).toEqual(['shell: built', 'shell: prepared', 'shell: no login', 'shell: no token']);
    });

    it('are not in the log', () => {
      expect(leaksOf(outcome.text, CANARY)).toEqual([]);
    });
  });

  it.each([{ path: 'link' }, { path: '../dockerconfig' }, { path: '..' }, { bindings: ['a=link', 'a/type=a'] }])(
    'are not handed them by an app that %j leads to',
    async (params) => {
      const source = await tekton.volumeOf({ 'start.sh': '#!/bin/sh\n' });
      await symlink('/buildpacks-ci/dockerconfig', path.join(source, 'link'));
      const outcome = await run('linked', { params, workspaces: { source: { kind: 'directory', path: source } } });
      expect(codesOf(outcome), outcome.text).toEqual([2, 1, 1]);
      expect(outcome.text).toContain('leads to "/buildpacks-ci/');
    },
  );

  describe('as Tekton is set up by itself', () => {
    let outcome: TaskOutcome;
    beforeAll(async () => {
      const env = [{ name: 'TOKEN', value: `${CANARY}template` }];
      const token = 'cat /var/run/secrets/kubernetes.io/serviceaccount/token';
      outcome = await run('exposed', { podTemplate: { env } }, token);
    });

    it('find the logins of the ServiceAccount, and what the Pod has for all steps', async () => {
      expect(outcome.succeeded, outcome.text).toBe(true);
      const kinds = (await findings('exposed')).map((line) => line.split('\t')[2]);
      expect(new Set(kinds)).toEqual(new Set(['account', 'template']));
    });

    it('find the ServiceAccount’s token', () => {
      expect(outcome.steps[1]?.log).toContain(`shell: ${SERVICE_ACCOUNT_TOKEN}`);
    });
  });
});

/** The Task with one more variable in our own two steps: for who keeps a secret in the Task itself. */
function withVariable(value: string): string {
  const task = readFileSync(FIXED, 'utf8');
  return task.replaceAll(
    '        - name: HOME\n',
    `        - name: OWN_SECRET\n          value: ${value}\n        - name: HOME\n`,
  );
}
