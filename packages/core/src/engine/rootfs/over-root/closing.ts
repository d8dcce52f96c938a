import { BuildpacksError } from '../../../errors/index.ts';
import type { EnginePorts } from '../../ports.ts';
import { scriptPrograms } from '../tool-folder.ts';
import type { User } from '../user.ts';
import { endProcessesOf } from '../user-processes.ts';
import { type ClosedDoor, closeDoors, openDoors, reopenDoors } from './doors.ts';
import { FIND_OPEN } from './scripts.ts';
import { type Closed, forgetState, writeState } from './state.ts';
import { isWithin, lookAround, type Surroundings } from './surroundings.ts';

const SERVICE_ACCOUNT = /^\/(?:var\/)?run\/secrets\/kubernetes\.io(?:\/|$)/;

export interface Closing {
  /** To whom everything is closed. */
  readonly user: User;
  /** Paths that are ours or the builder's, in folders that others use as well. */
  readonly known: readonly string[];
}

/**
 * Does the work while everything in this container that is neither ours nor the builder's is closed to a user, and puts modes and
 * owners back when the user has no process any more. That it is closed is tried out as that user.
 *
 * @throws BuildpacksError `engine` naming what stays open, before the work begins, or a process that does not end: then all stays closed
 */
export async function whileClosed<T>({ user, known }: Closing, ports: EnginePorts, work: () => Promise<T>): Promise<T> {
  const around = await lookAround(new Set(known));
  const doors = await openDoors(around.foreign, user);
  requireClosable(doors, around, user);
  await writeState('closed', { user, doors });
  try {
    await closeDoors(doors, user);
    const open = await findOpen([...new Set([...around.foreign, ...around.mounted])], user, ports);
    if (open !== undefined) throw stillOpen(open, user);
    return await work();
  } finally {
    await openAgain({ user, doors }, ports);
  }
}

/** Opens what a build has closed, of this process or of one that was killed, once nobody is left to whom it was closed. */
export async function openAgain({ user, doors }: Closed, { clock }: Pick<EnginePorts, 'clock'>): Promise<void> {
  await endProcessesOf(user.uid, clock);
  await reopenDoors(doors);
  await forgetState('closed');
}

/**
 * What is mounted may be somebody's on the host: a folder's mode is changed for a while, but neither its owner (who could not get in any
 * more, should we be killed) nor the mode of a single file (the engine's socket).
 */
function requireClosable(doors: readonly ClosedDoor[], { mounted }: Surroundings, user: User): void {
  for (const { path, uid, isFolder } of doors) {
    if (mounted.includes(path) && (uid === user.uid || !isFolder)) throw stillOpen(path, user);
  }
}

/** The first of the paths that the user can get at. */
async function findOpen(
  paths: readonly string[],
  { uid, gid }: User,
  { processes, signal }: EnginePorts,
): Promise<string | undefined> {
  const { shell, environment } = scriptPrograms();
  const outcome = await processes.run({
    file: shell,
    args: ['-c', FIND_OPEN, shell, String(uid), String(gid), ...paths],
    environment,
    signal,
    directory: '/',
  });
  if (outcome.status !== 0)
    throw new BuildpacksError('engine', `what buildpacks could read can't be found out: ${outcome.stderr.trim()}`);
  const [position] = outcome.stdout.split('\n');
  return position === undefined || position === '' ? undefined : paths[Number(position) - 1];
}

function stillOpen(path: string, { uid }: User): BuildpacksError {
  return new BuildpacksError(
    'engine',
    `buildpacks could read "${path}", which can't be closed to user ${uid} while they run`,
    {
      hint: remedyFor(path),
    },
  );
}

function remedyFor(path: string): string {
  if (
    SERVICE_ACCOUNT.test(path) ||
    isWithin('/run/secrets/kubernetes.io', path) ||
    isWithin('/var/run/secrets/kubernetes.io', path)
  )
    return 'It holds the token of a ServiceAccount: set automountServiceAccountToken to false for the Pod.';
  return 'Leave it out of this job, mount it into a folder that nothing else is in (/mounted/here instead of /here), or use an engine with namespaces.';
}
