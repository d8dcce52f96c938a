import { machineError } from '../../errors/index.ts';

/** Does a store's operation: what the file system throws becomes an error for people, and an abort its reason. */
export async function explained<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw machineError(error);
  }
}
