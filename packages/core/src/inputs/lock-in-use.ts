import path from 'node:path';
import { inputError } from '../errors/problems.ts';
import { isBelow, realPlace } from '../files/file-kind.ts';
import { findRepository } from '../git/index.ts';
import { LOCK_FILE } from '../lock/lock.ts';
import type { LockInUse } from '../lock/locked-images.ts';
import { requireLock } from '../lock/read-lock.ts';
import type { InputReader } from './reader.ts';
import type { TrustDecision } from './trust.ts';

/** Where a lock is looked for, and what the run may do. */
export interface LockSurroundings {
  /** Absolute. */
  readonly workingDirectory: string;
  readonly trust: Pick<TrustDecision, 'lockOfCheckout'>;
}

/**
 * Reads the lock of a build with `locked`. It says which digest stands for a name, also for a name that has one (an index's platform), and
 * which of a run image's mirrors is used: where strangers write the checkout, one in it would choose builder and run image.
 *
 * @throws InputError on `lock-file` when it is not there, not as it should be, or in the checkout of an untrusted run
 */
export function readLockInUse(reader: InputReader, { workingDirectory, trust }: LockSurroundings): LockInUse {
  const file = reader.text('lock-file') ?? LOCK_FILE;
  const app = path.resolve(workingDirectory, reader.text('path') ?? '.');
  if (!trust.lockOfCheckout && isOfCheckout(path.resolve(workingDirectory, file), [workingDirectory, app])) {
    throw inputError(
      'lock-file',
      `"${file}" is in the checkout, and in an untrusted run that chooses no images`,
      'Give a lock from outside of the checkout: that of the branch which the changes are for (git show origin/main:FILE).',
    );
  }
  return { ...requireLock(file, workingDirectory), file };
}

/** Whether it is in one of the folders or in the repository of one, by its name or by where links lead. */
function isOfCheckout(file: string, folders: readonly string[]): boolean {
  const [places, roots] = [both(file), folders.flatMap(both)];
  const repositories = new Set(roots.flatMap((root) => findRepository(root)?.directory ?? []));
  return places.some(
    (place) =>
      roots.some((root) => isBelow(place, root)) ||
      repositories.has(findRepository(path.dirname(place))?.directory ?? ''),
  );
}

function both(file: string): readonly string[] {
  return [file, realPlace(file)];
}
