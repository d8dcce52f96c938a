import { BuildpacksError, type ErrorCode } from './error.ts';
import { LifecycleError } from './lifecycle-error.ts';

/** The exit statuses that are ours; the lifecycle's own (3 to 102) are kept as they are. */
export const EXIT_STATUS: Readonly<Record<Exclude<ErrorCode, 'lifecycle'>, number>> = {
  input: 2,
  temporary: 111,
  denied: 2,
  registry: 1,
  image: 1,
  engine: 1,
  machine: 1,
  policy: 112,
  outdated: 110,
  cancelled: 130,
  internal: 1,
};

/** The exit status for anything that was thrown. The lifecycle's 2, a flag error of ours and not of the user, becomes 1. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof LifecycleError) return error.exitStatus === 2 ? 1 : error.exitStatus;
  if (error instanceof BuildpacksError && error.code !== 'lifecycle') return EXIT_STATUS[error.code];
  return 1;
}
