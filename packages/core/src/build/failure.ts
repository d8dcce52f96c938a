import { BuildpacksError, machineError } from '../errors/index.ts';

/** Does the work of a stage; what it throws after the run was cancelled is `cancelled`, and the file system's errors are explained. */
export async function explained<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal.aborted ? cancelled(error) : machineError(error);
  }
}

function cancelled(cause: unknown): BuildpacksError {
  if (cause instanceof BuildpacksError && cause.code === 'cancelled') return cause;
  return new BuildpacksError('cancelled', 'the run was cancelled', { cause });
}
