import { BuildpacksError } from '../../errors/index.ts';
import { throwIfCancelled } from '../cancellation.ts';
import { environmentPairs, HOST_NAME } from '../environment.ts';
import type { EnginePorts } from '../ports.ts';
import type { EngineRun } from '../types.ts';
import { guestEntryExists } from './guest-file.ts';
import { guestEnvironment } from './guest-environment.ts';
import { prepareGuest } from './guest-root.ts';
import type { Refusal, Rung } from './rung.ts';
import { ENTER, LEAVE, NOT_ENTERED, SCRIPT_ENVIRONMENT } from './scripts.ts';
import { endProcessesIn } from './stragglers.ts';

/** What the real run does to the machine, on nothing: namespaces, a fresh /proc, dropped capabilities, another root and user. */
const TRIAL = `
set -e
mount -t proc proc /proc
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid --clear-groups -- \\
  unshare --root / --wd / --setgid 65534 --setuid 65534 -- true
`;
/** The exit statuses that mean that the command itself never ran: the script's, and those of `env` and `unshare`. */
const NOT_STARTED: readonly (number | null)[] = [NOT_ENTERED, 126, 127];
/** What dynamic loaders and C libraries obey. Set inside the new root only, where they can do nothing to programs of the host. */
const LOADER_VARIABLE = /^(?:LD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH)$/;

/** Private namespaces and a change of root, for root with CAP_SYS_ADMIN: virtual machines, privileged containers. */
export const MOUNT_NAMESPACE: Rung = { name: 'mount namespace', preflight, run };

async function preflight({ processes, machine }: EnginePorts): Promise<Refusal | undefined> {
  if (machine.uid !== 0) {
    return { reason: 'we are not root', hint: 'Run as root, or with a container engine (Docker or Podman).' };
  }
  const args = ['--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts', '--', '/bin/sh', '-c', TRIAL];
  const attempt = processes.run({ file: 'unshare', args, environment: SCRIPT_ENVIRONMENT });
  const outcome = await attempt.catch((error: unknown) => ({ status: null, stderr: String(error) }));
  if (outcome.status === 0) return undefined;
  const reason = outcome.stderr.trim().split('\n').at(-1) ?? '';
  return {
    reason: `private namespaces can't be made (${reason})`,
    hint: 'Install util-linux (unshare, mount, setpriv), and give CAP_SYS_ADMIN (a privileged container or a virtual machine).',
  };
}

async function run(run: EngineRun, root: string, { processes, clock }: EnginePorts): Promise<number> {
  throwIfCancelled(run.signal);
  const mounts = await prepareGuest(run, root);
  const network = ownNetwork(run.network) ? 'own' : 'shared';
  const { uid, gid } = run.user;
  const args = [
    ...['-c', LEAVE, 'sh', ENTER, network === 'own' ? '--net' : ''],
    ...[root, String(uid), String(gid), HOST_NAME, network, String(mounts.length)],
    ...mounts.flatMap(({ writable, source, target }) => [writable ? 'rw' : 'ro', source, target]),
    ...(await guestCommand(run, root)),
  ];
  try {
    const outcome = await processes.run({
      file: '/bin/sh',
      args,
      environment: SCRIPT_ENVIRONMENT,
      signal: run.signal,
      killAfter: 0,
      onLine: run.onLine,
    });
    throwIfCancelled(run.signal);
    return statusOf(outcome.status, outcome.stdout);
  } finally {
    await endProcessesIn(root, clock);
  }
}

/** What `env -i` gets: variables, and the command that goes into the root and becomes the user. */
async function guestCommand(run: EngineRun, root: string): Promise<readonly string[]> {
  const all = Object.entries(await guestEnvironment(run, root));
  const loader = all.filter(([name]) => LOADER_VARIABLE.test(name));
  const plain = all.filter(([name]) => !LOADER_VARIABLE.test(name));
  const directory = run.builder.image.config.config.WorkingDir ?? '/';
  const { uid, gid } = run.user;
  return [
    ...environmentPairs(Object.fromEntries(plain)),
    ...['unshare', '--root', root, '--wd', directory, '--setgid', String(gid), '--setuid', String(uid), '--'],
    ...(loader.length === 0 ? [] : [guestEnv(root), '--', ...environmentPairs(Object.fromEntries(loader))]),
    ...run.command,
  ];
}

/** The builder's own `env`, by its path there; it may be a link (BusyBox). */
function guestEnv(root: string): string {
  const places = ['/usr/bin/env', '/bin/env'];
  return places.find((file) => guestEntryExists(root, file)) ?? '/usr/bin/env';
}

/** @throws BuildpacksError `engine` for a network that only a container engine has */
function ownNetwork(network: string): boolean {
  if (network === 'none') return true;
  if (network === 'default' || network === 'host') return false;
  throw new BuildpacksError('engine', `the network "${network}" needs a container engine`, {
    hint: 'Use network "default" or "none", or engine "container".',
  });
}

function statusOf(status: number | null, output: string): number {
  if (status !== null && !NOT_STARTED.includes(status)) return status;
  const reason = output.trim().split('\n').at(-1) ?? '';
  throw new BuildpacksError('engine', `the lifecycle can't be started in the builder's files: ${reason}`, {
    hint: 'Check the builder; with a container engine, try engine "container".',
  });
}
