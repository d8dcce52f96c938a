import type { EnginePorts } from '../ports.ts';
import { ENTER, LEAVE } from './mount-namespace-scripts.ts';
import { provideRoot, removeRoot, runInNamespaces } from './namespace-run.ts';
import { NOT_ROOT, type Refusal, type Rung } from './rung.ts';
import { scriptPrograms } from './tool-folder.ts';
import { tryOut } from './trial.ts';

/** What the real run does to the machine, on nothing: namespaces, a fresh /proc, dropped capabilities, another root and user. */
const TRIAL = `
set -e
"$MOUNT" -t proc proc /proc
exec "$SETPRIV" --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid --clear-groups -- \\
  "$UNSHARE" --root / --wd / --setgid 65534 --setuid 65534 -- true
`;
const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts'];

/** Private namespaces and a change of root, for root with CAP_SYS_ADMIN: virtual machines, privileged containers. */
export const MOUNT_NAMESPACE: Rung = {
  name: 'mount namespace',
  preflight,
  provide: provideRoot,
  run: (run, ports) => runInNamespaces(run, { leave: LEAVE, enter: ENTER }, ports),
  dispose: removeRoot,
};

async function preflight(ports: EnginePorts): Promise<Refusal | undefined> {
  if (ports.machine.uid !== 0) return NOT_ROOT;
  const { shell, unshare } = scriptPrograms();
  return tryOut(
    {
      file: unshare,
      args: [...NAMESPACES, '--', shell, '-c', TRIAL],
      failure: "private namespaces can't be made",
      hint: 'Give CAP_SYS_ADMIN (a privileged container, a virtual machine) and util-linux (unshare, mount, setpriv).',
    },
    ports,
  );
}
