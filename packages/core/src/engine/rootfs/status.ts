import { BuildpacksError } from '../../errors/index.ts';
import type { Outcome } from '../../ports/index.ts';

/** The exit status of a script of ours that fails before it becomes the command; the lifecycle has no such status. */
export const NOT_ENTERED = 125;
/** Statuses that mean that the command itself never ran: the scripts', and those of `env`, `setpriv` and `unshare`. */
const NOT_STARTED: readonly (number | null)[] = [NOT_ENTERED, 126, 127];

/** @throws BuildpacksError `engine` when the command never ran */
export function lifecycleStatus({ status, stdout }: Outcome): number {
  if (status !== null && !NOT_STARTED.includes(status)) return status;
  const reason = stdout.trim().split('\n').at(-1) ?? '';
  throw new BuildpacksError('engine', `the lifecycle can't be started in the builder's files: ${reason}`, {
    hint: 'Check the builder; with a container engine, try engine "container".',
  });
}
