import path from 'node:path';
import { withProject } from '../../build/build.ts';
import { explained } from '../../build/failure.ts';
import { openSession } from '../../build/session.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import { inputError } from '../../errors/problems.ts';
import { kindOf } from '../../files/file-kind.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import type { Ports } from '../../ports/index.ts';
import { compareLocks, type LockChange } from './compare-locks.ts';
import type { Lock } from '../../lock/lock.ts';
import { imagesLockYaml, listedImages } from '../../lock/images-lock.ts';
import { lockJson } from '../../lock/lock-json.ts';
import { readLock } from '../../lock/read-lock.ts';
import { type LockWishes, resolveLock } from './resolve-lock.ts';

/** What is locked, and where. */
export interface LockRequest extends Pick<LockWishes, 'toolImage'> {
  /** The inputs of the builds that will use the lock. */
  readonly build: BuildRequest;
  /** The lock's file as the user wrote it. */
  readonly file: string;
  /**
   * `keep`: names that are in the file keep their digests, others are added and removed; `update`: all are looked up anew; `check`: as
   * `update`, and nothing is written.
   */
  readonly mode: 'keep' | 'update' | 'check';
  /** A file for the images of the lock as an `ImagesLock`, as the user wrote it; absent: none. Not with `check`. */
  readonly imagesLock?: string;
}

export interface LockOutcome {
  readonly lock: Lock;
  /** From what the file said before; undefined when there was none. */
  readonly changes: readonly LockChange[] | undefined;
}

/**
 * Looks up the images that builds need and writes the lock.
 *
 * @throws InputError when an image does not exist, the present lock can't be read, or a directory is in the place of a list
 */
export async function lockImages(request: LockRequest, ports: Ports): Promise<LockOutcome> {
  const { build, file, mode, toolImage, imagesLock } = request;
  const base = ports.machine.workingDirectory;
  return explained(ports.signal, async () => {
    const before = readLock(file, base);
    if (imagesLock !== undefined) requireFilePlace(imagesLock, base);
    const session = openSession(ports, build.connection, [build.app.path]);
    const complete = await withProject(build, session.ports);
    const resolved = await resolveLock(
      complete,
      { ...optional('toolImage', toolImage), ...optional('before', before), isKept: mode === 'keep' },
      { registry: session.registry, log: session.ports.log },
    );
    // Which buildpack fetches them is known to bundle only.
    const lock = { ...resolved, ...(mode === 'keep' && optional('dependencies', before?.dependencies)) };
    const changes = before && compareLocks(before, lock);
    if (mode !== 'check' && changes?.length !== 0) {
      await writeFileWhole(path.resolve(base, file), [Buffer.from(lockJson(lock))]);
    }
    if (imagesLock !== undefined) {
      await writeFileWhole(path.resolve(base, imagesLock), [Buffer.from(imagesLockYaml(listedImages(lock)))]);
    }
    return { lock, changes };
  });
}

/** Before anything is looked up. */
function requireFilePlace(text: string, base: string): void {
  if (kindOf(path.resolve(base, text)) !== 'directory') return;
  throw inputError('images-lock', `"${text}" is a directory`, 'Give a file, as in images.yml.');
}
