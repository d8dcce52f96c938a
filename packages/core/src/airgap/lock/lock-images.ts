import { explained } from '../../build/failure.ts';
import { openSession } from '../../build/session.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import type { BuilderSource, BuildRequest } from '../../inputs/index.ts';
import { parseTargetFile } from '../../inputs/places.ts';
import { optional } from '../../json/json.ts';
import type { Ports } from '../../ports/index.ts';
import { withBuilders } from './builders.ts';
import { compareLocks, type LockChange } from './compare-locks.ts';
import type { Lock } from '../../lock/lock.ts';
import { imagesLockYaml, listedImages } from '../../lock/images-lock.ts';
import { lockJson } from '../../lock/lock-json.ts';
import { readLock, requireLock } from '../../lock/read-lock.ts';
import { type LockWishes, resolveLock } from './resolve-lock.ts';

/** What is locked, and where. */
export type LockRequest = LockTarget & (LockWriting | LockChecking);

interface LockTarget extends Pick<LockWishes, 'toolImage'> {
  /** The inputs of the builds that will use the lock. */
  readonly build: BuildRequest;
  /** Beside the one of `build`, when there is one: builds with these and the same inputs will use the lock, too. */
  readonly moreBuilders?: readonly BuilderSource[];
  /** The lock's file as the user wrote it. Where the inputs and project.toml name no builder, its own are meant. */
  readonly file: string;
}

interface LockWriting {
  /**
   * `keep`: names that are in the file stay with their digests, and others are added; `update`: all are looked up anew, and what the inputs
   * don't need goes.
   */
  readonly mode: 'keep' | 'update';
  /** A file for the images of the lock as an `ImagesLock`, as the user wrote it; absent: none. */
  readonly imagesLock?: string;
}

/** As `update`, and nothing is written. */
interface LockChecking {
  readonly mode: 'check';
}

export interface LockOutcome {
  readonly lock: Lock;
  /** From what the file said before; undefined when there was none. */
  readonly changes: readonly LockChange[] | undefined;
}

/**
 * Looks up the images that builds need and writes the lock.
 *
 * @throws InputError when an image does not exist, the present lock can't be read, or a file can't be written
 */
export async function lockImages(request: LockRequest, ports: Ports): Promise<LockOutcome> {
  const { build, moreBuilders = [], file, mode, toolImage } = request;
  const base = ports.machine.workingDirectory;
  return explained(ports.signal, async () => {
    const before = mode === 'check' ? requireLock(file, base) : readLock(file, base);
    const targets = mode === 'check' ? undefined : outputFiles(request, base);
    const session = openSession(ports, build.connection, [build.app.path]);
    const { request: complete, builders } = await withBuilders(build, moreBuilders, { ports: session.ports, before });
    const resolved = await resolveLock(
      complete,
      { builders, ...optional('toolImage', toolImage), ...optional('before', before), isKept: mode === 'keep' },
      { registry: session.registry, log: session.ports.log },
    );
    const lock = withDependencies(resolved, { before, isKept: mode === 'keep' });
    const changes = before && compareLocks(before, lock);
    if (targets !== undefined) await writeFiles(lock, targets, changes);
    return { lock, changes };
  });
}

/** Absolute. */
interface OutputFiles {
  readonly lock: string;
  readonly imagesLock?: string;
}

/** Before anything is looked up. */
function outputFiles({ file, imagesLock }: LockTarget & LockWriting, base: string): OutputFiles {
  const images = imagesLock === undefined ? undefined : parseTargetFile(imagesLock, base, 'images-lock');
  return { lock: parseTargetFile(file, base, 'lock-file'), ...optional('imagesLock', images) };
}

/** Which buildpack fetches them is known to bundle only: where images have moved they are no longer right. */
function withDependencies(
  lock: Lock,
  { before, isKept }: { readonly before: Lock | undefined; readonly isKept: boolean },
): Lock {
  if (before === undefined) return lock;
  const same = { ...lock, ...optional('dependencies', before.dependencies) };
  return isKept || compareLocks(before, same).length === 0 ? same : lock;
}

async function writeFiles(
  lock: Lock,
  { lock: file, imagesLock }: OutputFiles,
  changes: readonly LockChange[] | undefined,
): Promise<void> {
  if (changes?.length !== 0) await writeFileWhole(file, [Buffer.from(lockJson(lock))]);
  if (imagesLock !== undefined) await writeFileWhole(imagesLock, [Buffer.from(imagesLockYaml(listedImages(lock)))]);
}
