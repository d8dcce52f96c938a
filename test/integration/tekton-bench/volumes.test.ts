import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { SERVICE_ACCOUNT_TOKEN, type TaskOutcome } from '../../bench/tekton.ts';
import { logOf, requiresKubelet, runSteps } from './steps.ts';

requiresKubelet('workspaces', () => {
  let outcome: TaskOutcome;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'bench-workspace-'));
    await chmod(directory, 0o777);
    outcome = await runSteps(
      [
        {
          name: 'outer',
          workspaces: [{ name: 'settings' }, { name: 'ca' }, { name: 'source' }],
          args: [
            'cd $(workspaces.settings.path); cat note; readlink note; ls -l $(workspaces.ca.path)/..data/; echo kept > $(workspaces.source.path)/file',
          ],
        },
        { name: 'inner', args: ['cat /workspace/settings/note; ls -A /workspace/source'] },
      ],
      {
        workspaces: {
          settings: { kind: 'secret', data: { note: 'a note\n' } },
          ca: { kind: 'configMap', data: { 'ca.crt': 'PEM' } },
          source: { kind: 'directory', path: directory },
        },
        spec: { workspaces: [{ name: 'settings' }, { name: 'ca' }, { name: 'source' }] },
      },
    );
    return () => rm(directory, { recursive: true, force: true });
  });

  it('are files behind links, as the kubelet makes them', () => {
    expect(logOf(outcome.steps), outcome.text).toMatch(/^a note\n\.\.data\/note\n.*-rw-r--r--.*ca\.crt\n$/s);
  });

  it('are a folder of this machine', async () => {
    await expect(readFile(path.join(directory, 'file'), 'utf8')).resolves.toBe('kept\n');
  });

  it('are not seen by steps that don’t name an isolated one', () => {
    expect(outcome.steps[1], outcome.text).toMatchObject({ exitCode: 1 });
    expect(outcome.steps[1]?.log).not.toContain('a note');
  });
});

requiresKubelet('two workspaces on one claim', () => {
  it('are two folders of one volume', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bench-workspace-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await chmod(directory, 0o777);
    const work = { kind: 'directory', path: directory, claim: 'work' } as const;
    const { succeeded, text } = await runSteps(
      [{ name: 'probe', args: ['touch $(workspaces.source.path)/a; touch $(workspaces.cache.path)/b'] }],
      {
        workspaces: { source: { ...work, subPath: 'shop/source' }, cache: { ...work, subPath: 'cache' } },
        spec: { workspaces: [{ name: 'source' }, { name: 'cache' }] },
      },
    );
    expect(succeeded, text).toBe(true);
    expect((await readdir(directory, { recursive: true })).sort()).toEqual([
      'cache',
      'cache/b',
      'shop',
      'shop/source',
      'shop/source/a',
    ]);
  });
});

requiresKubelet('volumes that are only read', () => {
  it('are a trust bundle, and a folder that is left as it is', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'bench-workspace-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await chmod(directory, 0o755);
    const bundle = { kind: 'ClusterTrustBundle', metadata: { name: 'corp' }, spec: { trustBundle: 'PEM\n' } };
    const { steps, text } = await runSteps(
      [{ name: 'probe', args: ['cat $(workspaces.ca.path)/ca.crt; touch $(workspaces.source.path)/file || true'] }],
      {
        objects: [JSON.stringify({ apiVersion: 'certificates.k8s.io/v1beta1', ...bundle })],
        workspaces: {
          ca: { kind: 'projected', sources: [{ clusterTrustBundle: { name: 'corp', path: 'ca.crt' } }] },
          source: { kind: 'directory', path: directory, readOnly: true },
        },
        podTemplate: { securityContext: { fsGroup: 1003 } },
        spec: { workspaces: [{ name: 'ca' }, { name: 'source' }] },
      },
    );
    expect(logOf(steps), text).toMatch(/^PEM\n.*Read-only file system/);
    expect(await stat(directory)).toMatchObject({ gid: 0, mode: 0o40755 });
  });
});

requiresKubelet('credentials of the ServiceAccount', () => {
  const config = '{"auths":{"registry.test":{"auth":"dXNlcjpwYXNz"}}}';
  const serviceAccountSecrets = [
    { name: 'push', type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': config } },
  ];
  const probe = [
    {
      name: 'probe',
      env: [{ name: 'HOME', value: '/tmp' }],
      args: [
        'cat "$HOME/.docker/config.json" || true; cat /var/run/secrets/kubernetes.io/serviceaccount/token || true',
      ],
    },
  ];

  it('are in every step’s home, and its token is in every step', async () => {
    const { steps, text } = await runSteps(probe, { serviceAccountSecrets });
    expect(logOf(steps), text).toContain('dXNlcjpwYXNz');
    expect(logOf(steps)).toContain(SERVICE_ACCOUNT_TOKEN);
  });

  it('are not there with creds-init off, nor its token when it is not mounted', async () => {
    const { steps, text } = await runSteps(probe, {
      serviceAccountSecrets,
      featureFlags: { 'disable-creds-init': 'true' },
      podTemplate: { automountServiceAccountToken: false },
    });
    expect(steps[0]?.exitCode, text).toBe(0);
    expect(logOf(steps)).not.toMatch(new RegExp(`dXNlcjpwYXNz|${SERVICE_ACCOUNT_TOKEN}`));
  });
});
