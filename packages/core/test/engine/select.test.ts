import { describe, expect, it } from 'vitest';
import { type EnginePorts, selectEngine } from '../../src/engine/index.ts';
import { type Command, type Outcome, SILENT_LOG } from '../../src/ports/index.ts';

const DOCKER = JSON.stringify({ ServerVersion: '28.2.2', OSType: 'linux', Architecture: 'x86_64' });
const PODMAN = JSON.stringify({ host: { arch: 'amd64', security: {} }, version: { Version: '5.0.0' } });

type Answer = Partial<Outcome> | 'missing';

/** Ports on a machine where each program answers as told; what is not told is missing. */
function portsWith(answers: Readonly<Record<string, Answer>>, uid = 0) {
  const debug: string[] = [];
  const run = ({ file }: Command): Promise<Outcome> => {
    const answer = answers[file] ?? 'missing';
    if (answer === 'missing') return Promise.reject(new Error(`"${file}" is not on the PATH`));
    return Promise.resolve({ status: 0, signal: null, stdout: '', stderr: '', ...answer });
  };
  const ports: EnginePorts = {
    processes: { run },
    log: { ...SILENT_LOG, debug: (message) => debug.push(message) },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    environment: {},
    signal: new AbortController().signal,
    machine: { uid, gid: 0, home: '/root', temporary: '/tmp', architecture: 'amd64', workingDirectory: '/' },
  };
  return { ports, debug };
}

describe('selectEngine', () => {
  const works = { unshare: {} };
  const noDaemon = { status: 1, stderr: 'ERROR: Cannot connect to the Docker daemon' };

  it.each([
    ['auto', { docker: { stdout: DOCKER }, ...works }, 'docker 28.2.2'],
    ['auto', { docker: noDaemon, podman: { stdout: PODMAN }, ...works }, 'podman 5.0.0'],
    ['auto', works, 'rootfs (mount namespace)'],
    ['container', { docker: { stdout: DOCKER } }, 'docker 28.2.2'],
    ['rootfs', { docker: { stdout: DOCKER }, ...works }, 'rootfs (mount namespace)'],
    ['rootfs', { unshare: { status: 1 }, '/bin/sh': {} }, 'rootfs (user namespace)'],
  ] as const)('%s with %j: %s', async (wanted, answers, description) => {
    expect((await selectEngine(wanted, portsWith(answers).ports)).description).toBe(description);
  });

  it('says in debug why an engine was passed over', async () => {
    const { ports, debug } = portsWith({ docker: noDaemon, ...works });
    await selectEngine('auto', ports);
    expect(debug).toEqual([
      "docker can't be used: Cannot connect to the Docker daemon",
      'podman can\'t be used: "podman" is not on the PATH',
    ]);
  });

  it('says why there is no better rung', async () => {
    const { ports } = portsWith({ unshare: { status: 1, stderr: 'unshare: Operation not permitted' }, '/bin/sh': {} });
    expect((await selectEngine('rootfs', ports)).because).toBe(
      "mount namespace: private namespaces can't be made (unshare: Operation not permitted)",
    );
  });

  it.each([
    ['auto', {}, 1000, /neither docker nor podman answers.*we are not root/, /Start Docker or Podman/],
    [
      'auto',
      { unshare: { status: 1, stderr: 'unshare: Operation not permitted' } },
      0,
      /not permitted/,
      /CAP_SYS_ADMIN/,
    ],
    ['container', works, 0, /neither docker nor podman answers/, /docker info/],
    ['rootfs', { docker: { stdout: DOCKER } }, 1000, /we are not root/, /Run as root/],
    ['rootfs', {}, 0, /"unshare" is not on the PATH/, /and util-linux/],
  ] as const)('%s with %j as %i is refused', async (wanted, answers, uid, message, hint) => {
    const refusal: unknown = await selectEngine(wanted, portsWith(answers, uid).ports).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'engine',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });
});
