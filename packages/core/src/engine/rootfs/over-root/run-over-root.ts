import { BuildpacksError } from '../../../errors/index.ts';
import { throwIfCancelled } from '../../cancellation.ts';
import { environmentPairs } from '../../environment.ts';
import type { EnginePorts } from '../../ports.ts';
import type { EngineRun } from '../../types.ts';
import { guestEnvironment } from '../guest-environment.ts';
import { hasOwnNetwork } from '../network.ts';
import { runScript } from '../run-script.ts';
import { scriptPrograms } from '../tool-folder.ts';
import { endProcessesOf, requireNoProcessOf } from '../user-processes.ts';
import { whileClosed } from './closing.ts';
import { makeFolder, PLACES, placeParts } from './parts.ts';
import { RUN } from './scripts.ts';
import { type Occupant, readState, writeState } from './state.ts';
import { isWithin } from './surroundings.ts';
import { listWritable, restoreWritable, type WritablePlaces } from './writable-places.ts';

/** Runs the command in the builder that lies over the root; everything else in this container is closed to it. */
export async function runOverRoot(run: EngineRun, ports: EnginePorts): Promise<number> {
  throwIfCancelled(run.signal);
  requirePossible(run);
  await requireNoProcessOf(run.user.uid);
  const occupant = await readState('occupant');
  if (occupant?.known === undefined)
    throw new BuildpacksError('internal', 'the builder was not unpacked before the run');
  const writable = await writableOf(occupant, run, ports);
  await writeState('occupant', { ...occupant, writable, isWhole: false });
  return whileClosed({ user: run.user, known: occupant.known }, ports, async () => {
    try {
      return await runInPlace(run, ports);
    } finally {
      const isWhole = await restoreWritable(writable, ports);
      await writeState('occupant', { ...occupant, writable, isWhole });
    }
  });
}

/** @throws BuildpacksError `engine` for what needs namespaces or mounts */
function requirePossible({ network, volumes, user }: EngineRun): void {
  const need = 'and this container has not the rights for one';
  const hint = 'Use engine "container", or give the job CAP_SYS_ADMIN (a privileged container).';
  if (hasOwnNetwork(network))
    throw new BuildpacksError('engine', `the network "none" needs a network namespace, ${need}`, { hint });
  if (volumes.length > 0) throw new BuildpacksError('engine', `volumes need a mount, ${need}`, { hint });
  if (user.uid === 0)
    throw new BuildpacksError('engine', "a build can't run as root here: nothing would be closed to it");
}

async function runInPlace(run: EngineRun, ports: EnginePorts): Promise<number> {
  const folder = run.builder.image.config.config.WorkingDir ?? '/';
  if (!PLACES.some((place) => isWithin(folder, place))) await makeFolder(folder);
  const parts = await placeParts(run.directory, ports);
  try {
    return await runCommand(run, folder, ports);
  } finally {
    await endProcessesOf(run.user.uid, ports.clock);
    await parts.putBack();
  }
}

async function runCommand(run: EngineRun, folder: string, ports: EnginePorts): Promise<number> {
  const { uid, gid } = run.user;
  const pairs = environmentPairs(await guestEnvironment(run, '/'));
  throwIfCancelled(run.signal);
  const user = [String(uid), String(gid)];
  return runScript(run, ['-c', RUN, scriptPrograms().shell, ...user, folder, ...pairs, ...run.command], ports);
}

/** As it was right after the builder was unpacked, when this user has built here before. */
async function writableOf(
  { writable, foreign, isWhole }: Occupant,
  { user }: EngineRun,
  ports: EnginePorts,
): Promise<WritablePlaces> {
  if (writable !== undefined && isWhole && writable.user.uid === user.uid && writable.user.gid === user.gid)
    return writable;
  return listWritable(user, foreign, ports);
}
