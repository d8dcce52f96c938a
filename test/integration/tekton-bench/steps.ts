import { runTask, type StepOutcome, type TaskOptions, type TaskOutcome } from '../../bench/tekton.ts';
import { tektonImage } from '../../bench/tekton/node-image.ts';
import { requiresDocker, requiresRoot } from '../../support/requires.ts';

/** The rights that `restricted` leaves. */
const RIGHTS = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Volumes have owners and modes that only root can give them, as the kubelet does. */
export function requiresKubelet(title: string, tests: () => void): void {
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

/** Runs a Task of these steps, whose program is a shell unless they say otherwise. */
export async function runSteps(
  steps: readonly object[],
  { spec, ...options }: Omit<TaskOptions, 'task' | 'spec'> & { readonly spec?: object } = {},
): Promise<TaskOutcome> {
  return runTask({ ...options, task: await taskOf(steps, spec) });
}

/** What the first step has printed. */
export function logOf([step]: readonly StepOutcome[]): string {
  return step?.log ?? '';
}
