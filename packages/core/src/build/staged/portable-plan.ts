import path from 'node:path';
import { requireNoWayOut } from '../../inputs/places.ts';
import type { CacheStoreLocation } from '../../inputs/request.ts';
import { optional } from '../../json/json.ts';
import type { Destination, Plan } from '../plan.ts';

/** Stands in a plan for the folder in which a job works: each runner has its own place for a project. No machine has this folder. */
const HERE = '/.buildpacks-ci-project';

/** The plan without the place of the job that has made it. */
export function portablePlan(plan: Plan, workingDirectory: string): Plan {
  return withPlaces(plan, (place) => moved(place, workingDirectory, HERE));
}

/**
 * A portable plan in the place of this job.
 *
 * @throws InputError when a link leads one of its places out of there: the artifact of foreign code may have brought it
 */
export function localPlan(plan: Plan, workingDirectory: string): Plan {
  return withPlaces(plan, (place) => {
    const local = moved(place, HERE, workingDirectory);
    requireNoWayOut(local, workingDirectory, { text: local, input: 'hand-over' });
    return local;
  });
}

function moved(place: string, from: string, to: string): string {
  const inside = path.relative(from, place);
  return inside === '..' || inside.startsWith('../') ? place : path.join(to, inside);
}

type Move = (place: string) => string;

function withPlaces(plan: Plan, move: Move): Plan {
  const { sbomDirectory, reportDirectory, cache } = plan;
  return {
    ...plan,
    destinations: plan.destinations.map((destination) => movedDestination(destination, move)),
    ...(cache && { cache: { ...cache, stores: cache.stores.map((store) => movedStore(store, move)) } }),
    ...optional('sbomDirectory', sbomDirectory && move(sbomDirectory)),
    ...optional('reportDirectory', reportDirectory && move(reportDirectory)),
  };
}

function movedDestination(destination: Destination, move: Move): Destination {
  if (destination.kind !== 'oci' && destination.kind !== 'oci-archive') return destination;
  return { ...destination, path: move(destination.path) };
}

function movedStore(store: CacheStoreLocation, move: Move): CacheStoreLocation {
  return store.kind === 'dir' || store.kind === 'local' ? { ...store, path: move(store.path) } : store;
}
