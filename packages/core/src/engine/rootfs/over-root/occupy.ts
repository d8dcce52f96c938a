import { chmod, chown, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BuildpacksError } from '../../../errors/index.ts';
import type { EnginePorts } from '../../ports.ts';
import type { BuilderImage } from '../../types.ts';
import { TOOL_FOLDER } from '../tool-folder.ts';
import { unpackBuilder } from '../unpack-builder.ts';
import { endProcessesOf } from '../user-processes.ts';
import { openAgain } from './closing.ts';
import { PLACES, removeParts } from './parts.ts';
import { type Occupant, readState, writeState } from './state.ts';
import { isWithin, listKnown, lookAround, type Surroundings, untouchable } from './surroundings.ts';
import { readToolImage } from './tool-image.ts';
import { restoreWritable } from './writable-places.ts';

/** Where a builder has files that builds need: nobody else's can be there. */
const BUILDERS = ['/cnb', '/bin', '/etc', '/home', '/lib', '/lib64', '/opt', '/sbin', '/usr', '/var'];

/**
 * Unpacks a builder over the root, unless it is there.
 *
 * @throws BuildpacksError `engine` when another builder is there, or somebody's files where the builder's must be
 */
export async function occupy(builder: BuilderImage, ports: EnginePorts): Promise<void> {
  await mendKilledBuild(ports);
  const before = await readState('occupant');
  if (before !== undefined && before.digest !== builder.image.raw.digest) throw occupied(before, builder);
  if (before?.isWhole === true && leavesOutOnly(before.unusedLayers, builder)) return;

  if (before?.writable !== undefined) await restoreWritable(before.writable, ports);
  const around = await surroundings(before);
  requirePlaces(around);
  const unusedLayers = new Set(
    [...(builder.unusedLayers ?? [])].filter((layer) => before?.unusedLayers.includes(layer) ?? true),
  );
  const occupant: Occupant = {
    digest: builder.image.raw.digest,
    name: builder.image.source.name,
    unusedLayers: [...unusedLayers],
    foreign: around.foreign,
    isWhole: false,
  };
  await writeState('occupant', occupant);
  const kept = [...untouchable(around), ...PLACES].map((place) => place.slice(1));
  await unpackBuilder({ ...builder, unusedLayers }, '/', ports, kept);
  await tidyRoot();
  await writeState('occupant', { ...occupant, known: [...(await listKnown(around.foreign))], isWhole: true });
}

/** A build that was killed could not put things back. */
async function mendKilledBuild(ports: EnginePorts): Promise<void> {
  const closed = await readState('closed');
  if (closed === undefined) return;
  await endProcessesOf(closed.user.uid, ports.clock);
  await removeParts(ports);
  await openAgain(closed, ports);
}

function leavesOutOnly(left: readonly string[], { unusedLayers }: BuilderImage): boolean {
  const needless: ReadonlySet<string> = unusedLayers ?? new Set();
  return left.every((layer) => needless.has(layer));
}

/** What a builder half unpacked brought can't be told from what came at the same time; then what was there before it counts. */
async function surroundings(before: Occupant | undefined): Promise<Surroundings> {
  const around = await lookAround(new Set(before?.known ?? (await readToolImage())?.outside ?? []));
  return before !== undefined && before.known === undefined ? { ...around, foreign: before.foreign } : around;
}

/** @throws BuildpacksError `engine` */
function requirePlaces({ foreign }: Surroundings): void {
  const inTheWay = foreign.filter((place) => [...PLACES, ...BUILDERS].some((needed) => isWithin(needed, place)));
  if (inTheWay.length === 0) return;
  throw new BuildpacksError(
    'engine',
    `"${inTheWay.join('", "')}" is there already, and builds need that place for themselves`,
    {
      hint: 'Check out, or mount, to another folder: /builds/app for instance.',
    },
  );
}

/** Whatever the builder says of them: who may write to a folder may put another in the place of one that is in it, ours for instance. */
async function tidyRoot(): Promise<void> {
  await mkdir('/tmp', { recursive: true });
  await chmod('/tmp', 0o1777);
  for (const folder of ['/', path.dirname(TOOL_FOLDER)]) {
    await chown(folder, 0, 0);
    await chmod(folder, 0o755);
  }
}

function occupied(before: Occupant, builder: BuilderImage): BuildpacksError {
  const { name } = builder.image.source;
  const problem = `this container's files are those of the builder ${before.name}, so that ${name} can't be unpacked over them`;
  return new BuildpacksError('engine', problem, { hint: 'Build with another builder in another job, or container.' });
}
