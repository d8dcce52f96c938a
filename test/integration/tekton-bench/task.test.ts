import { expect, it, onTestFinished } from 'vitest';
import { command } from '../../bench/command.ts';
import { tektonImage } from '../../bench/tekton/node-image.ts';
import { logOf, requiresKubelet, runSteps } from './steps.ts';

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

/** Says what a step's process is and may. */
const WHOAMI = `id -u; id -g; id -G; cat /proc/self/status; touch /probe 2>&- || echo read-only; ls -ld "$PWD"`;

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
