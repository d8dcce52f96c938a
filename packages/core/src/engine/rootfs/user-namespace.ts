import type { EnginePorts } from '../ports.ts';
import { provideRoot, removeRoot, runInNamespaces } from './namespace-run.ts';
import { NOT_ROOT, type Refusal, type Rung } from './rung.ts';
import { scriptPrograms } from './tool-folder.ts';
import { tryOut } from './trial.ts';
import { endProcessesOf, requireNoProcessOf } from './user-processes.ts';
import { ENTER, LEAVE, TRIAL, TRIAL_ARGUMENTS } from './user-namespace-scripts.ts';

/**
 * A user namespace in which we have the rights that a container without CAP_SYS_ADMIN lacks, for root where kernel and seccomp allow it:
 * most Kubernetes pods. All ids are mapped to themselves, so that files have the same owners inside and outside.
 */
export const USER_NAMESPACE: Rung = {
  name: 'user namespace',
  preflight,
  provide: provideRoot,
  run: async (run, ports) => {
    await requireNoProcessOf(run.user.uid);
    try {
      return await runInNamespaces(run, { leave: LEAVE, enter: ENTER }, ports);
    } finally {
      await endProcessesOf(run.user.uid, ports.clock);
    }
  },
  dispose: removeRoot,
};

async function preflight(ports: EnginePorts): Promise<Refusal | undefined> {
  if (ports.machine.uid !== 0) return NOT_ROOT;
  const { shell } = scriptPrograms();
  return tryOut(
    {
      file: shell,
      args: ['-c', TRIAL, shell, ...TRIAL_ARGUMENTS],
      failure: 'no user namespace with mounts can be made',
      hint: 'Let the seccomp profile allow it (Unconfined; docker run --security-opt seccomp=unconfined).',
    },
    ports,
  );
}
