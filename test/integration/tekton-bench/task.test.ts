import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { command } from '../../bench/command.ts';
import {
  runTask,
  SERVICE_ACCOUNT_TOKEN,
  type StepOutcome,
  type TaskOptions,
  type TaskOutcome,
} from '../../bench/tekton.ts';
import { tektonImage } from '../../bench/tekton/node-image.ts';
import { requiresDocker, requiresRoot } from '../../support/requires.ts';

/** The rights that `restricted` leaves. */
const RIGHTS = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The steps' image with another user. */
async function imageOf(user: string): Promise<string> {
  const name = `buildpacks-ci.local/tekton-${user}`;
  const container = (await command('docker', ['create', await tektonImage(), 'true'])).trim();
  await command('docker', ['commit', '--change', `USER ${user}`, container, name]);
  await command('docker', ['rm', container]);
  onTestFinished(async () => {
    await command('docker', ['rmi', name]);
  });
  return name;
}

/** Volumes have owners and modes that only root can give them, as the kubelet does. */
function requiresKubelet(title: string, tests: () => void): void {
  requiresRoot(title, () => {
    requiresDocker('in docker', tests);
  });
}

async function taskOf(steps: readonly object[], spec: object = {}): Promise<string> {
  const image = await tektonImage();
  const command = ['/bin/sh', '-ec'];
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'Task',
    metadata: { name: 'probe' },
    spec: {
      stepTemplate: { securityContext: RIGHTS },
      steps: steps.map((step) => ({ image, command, ...step })),
      ...spec,
    },
  });
}

async function runSteps(
  steps: readonly object[],
  { spec, ...options }: Omit<TaskOptions, 'task' | 'spec'> & { readonly spec?: object } = {},
): Promise<TaskOutcome> {
  return runTask({ ...options, task: await taskOf(steps, spec) });
}

/** What the first step has printed. */
function logOf([step]: readonly StepOutcome[]): string {
  return step?.log ?? '';
}

/** Says what a step's process is and may. */
const WHOAMI = `id -u; id -g; id -G; cat /proc/self/status; touch /probe || echo read-only; ls -ld "$PWD"`;

requiresKubelet('a Task that Tekton runs', () => {
  it('hands over params as they are written, and gives results of both kinds', async () => {
    const texts = ['a "b" $HOME $(id)\n--second', "it's", ''];
    const { results, text } = await runSteps(
      [
        {
          name: 'write',
          args: [
            'printf "%s|" "$@" > $(results.LIST-TEXT.path); printf \'["x","y"]\' > $(results.LIST.path)',
            'sh',
            '$(params.lines[*])',
          ],
        },
      ],
      {
        params: { lines: texts },
        spec: {
          params: [{ name: 'lines', type: 'array' }],
          results: [{ name: 'LIST-TEXT' }, { name: 'LIST', type: 'array' }],
        },
      },
    );
    expect(results, text).toEqual({ 'LIST-TEXT': `${texts.join('|')}|`, LIST: ['x', 'y'] });
  });

  it('runs no step after one that fails', async () => {
    const { succeeded, steps, text } = await runSteps([
      { name: 'first', args: ['exit 7'] },
      { name: 'second', args: ['echo never'] },
    ]);
    expect({ succeeded, steps }, text).toMatchObject({
      succeeded: false,
      steps: [
        { name: 'first', exitCode: 7, reason: 'Error' },
        { name: 'second', exitCode: 1, reason: 'Skipped' },
      ],
    });
    expect(steps[1]?.log).not.toContain('never');
  });

  it('goes on after a failure that onError lets pass', async () => {
    const { succeeded, steps, text } = await runSteps([
      { name: 'first', onError: 'continue', args: ['exit 7'] },
      { name: 'second', args: ['cat $(steps.step-first.exitCode.path)'] },
    ]);
    expect({ succeeded, steps }, text).toMatchObject({
      succeeded: true,
      steps: [
        { exitCode: 7, reason: 'Continued' },
        { exitCode: 0, log: '7' },
      ],
    });
  });

  it('fails a step whose results are too long', async () => {
    const { succeeded, text } = await runSteps(
      [{ name: 'write', args: ['head -c 5000 /dev/zero | tr "\\0" x > $(results.LONG.path)'] }],
      { spec: { results: [{ name: 'LONG' }] } },
    );
    expect(succeeded, text).toBe(false);
  });

  it('writes scripts and working directories as Tekton does', async () => {
    const { steps, text } = await runSteps([
      { name: 'script', command: undefined, script: '#!/bin/sh\necho "in $PWD: $0"', workingDir: '/workspace/made' },
    ]);
    expect(logOf(steps), text).toMatch(/^in \/workspace\/made: \/tekton\/scripts\//);
  });

  it('gives a step the user and rights that it asks for, and no more', async () => {
    const { steps, text } = await runSteps(
      [
        {
          name: 'probe',
          args: [WHOAMI],
          securityContext: { runAsUser: 1001, runAsGroup: 1002, readOnlyRootFilesystem: true },
        },
      ],
      {
        podTemplate: {
          securityContext: { fsGroup: 1003, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        },
      },
    );
    expect(logOf(steps), text).toMatch(
      /^1001\n1002\n1002 1003\n.*CapEff:\s+0000000000000000\n.*NoNewPrivs:\s+1\nSeccomp:\s+2\n.*read-only\n/s,
    );
  });

  it('gives variables as the kubelet does, which replaces their names in params too', async () => {
    const { steps, text } = await runSteps(
      [
        {
          name: 'probe',
          env: [
            { name: 'FIRST', valueFrom: { secretKeyRef: { name: 'settings', key: 'note' } } },
            { name: 'SECOND', value: '$(FIRST) $$(FIRST) $(UNKNOWN) $(params.text)' },
          ],
          envFrom: [{ prefix: 'ALL_', secretRef: { name: 'settings' } }],
          args: ['printf "%s\\n" "$SECOND" "$ALL_note" "$1"', 'sh', '$(params.text)'],
        },
      ],
      {
        params: { text: '<$(FIRST)>' },
        spec: { params: [{ name: 'text' }] },
        objects: ['{apiVersion: v1, kind: Secret, metadata: {name: settings}, stringData: {note: "a $(b)"}}'],
      },
    );
    expect(logOf(steps), text).toBe('a $(b) $(FIRST) $(UNKNOWN) <a $(b)>\na $(b)\n<a $(b)>\n');
  });

  it.each([
    ['0', 'would run as root'],
    ['nobody', 'an image with a user by name'],
  ])('starts no step of an image whose user is %s where root is refused', async (user, reason) => {
    const image = await imageOf(user);
    await expect(runSteps([{ name: 'probe', image, args: ['id'] }])).rejects.toThrow(
      new RegExp(`^step-probe: container has runAsNonRoot and ${reason}`),
    );
  });

  it('ends the other steps when one can’t be started', async () => {
    const running = async (): Promise<number> => (await command('docker', ['ps', '--quiet'])).split('\n').length;
    const before = await running();
    const steps = [
      { name: 'first', args: ['sleep 600'] },
      {
        name: 'second',
        image: await tektonImage(),
        securityContext: { runAsUser: 1001 },
        workingDir: '/etc/passwd',
        args: ['id'],
      },
    ];
    await expect(runSteps(steps)).rejects.toThrow('docker did not run step-second');
    expect(await running()).toBeLessThanOrEqual(before);
  });

  it('starts no step that would be root', async () => {
    await expect(runSteps([{ name: 'probe', args: ['id'], securityContext: { runAsUser: 0 } }])).resolves.toMatchObject(
      {
        refusals: [expect.stringContaining('runAsUser')],
      },
    );
  });

  it('gives a namespace’s user an account, and volumes to its group', async () => {
    const user = 1_000_680_000;
    const { steps, text } = await runSteps(
      [
        {
          name: 'probe',
          workingDir: '$(workspaces.source.path)',
          args: [`${WHOAMI}; id -un; touch made; ls -ln made`],
        },
      ],
      { user, workspaces: { source: { kind: 'emptyDir' } }, spec: { workspaces: [{ name: 'source' }] } },
    );
    expect(logOf(steps), text).toMatch(
      new RegExp(`^${user}\\n0\\n0 ${user}\\n.*drwxrwsrwx \\d+ root ${user} .*\\n${user}\\n.* ${user} ${user} `, 's'),
    );
  });
});

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
