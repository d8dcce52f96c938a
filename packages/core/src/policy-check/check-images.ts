import { openSession, type Session } from '../build/session.ts';
import { RunImageReader } from '../catalog/run-image-reader.ts';
import { type NotFound, selectImages } from '../catalog/select-images.ts';
import { tellProgress } from '../log/progress.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import { loadPolicies, requirePolicy } from '../policy/index.ts';
import type { ImageLocation } from '../inspect/target.ts';
import type { Ports } from '../ports/index.ts';
import { familiarReference, formatRepository } from '../reference/index.ts';
import { registryServer } from '../registry/index.ts';
import { checkLocation, problemOf } from './check-image.ts';
import type { CheckRequest } from './inputs.ts';
import type { CheckedSubject, CheckOutcome } from './outcome.ts';

/**
 * Judges images that exist, whoever has built them, by what they tell: their name, labels, buildpacks and run image; of an index the images of
 * all its platforms. What only a build knows (builder, variables, network) is listed as not judged.
 *
 * @throws InputError when there is no policy, or no image at all; RegistryError when a registry can't list its repositories; what is wrong with
 *   one image is in its outcome
 */
export async function checkImages(request: CheckRequest, ports: Ports): Promise<CheckOutcome> {
  const session = openSession(ports, request.connection, []);
  const registries = namedRegistries(request);
  for (const each of registries) ports.network.reach.admit(registryServer(each));
  const policies = await loadPolicies(request.policies, session);
  requirePolicy(policies);
  const { locations, failures, leftOut } = await selectLocations(request, session);
  const context = {
    request,
    policies,
    session,
    runImages: { reader: new RunImageReader(session.registry), registries },
  };
  const onRead = tellProgress(locations.length, session.ports.log);
  const subjects = await mapInParallel(locations, request.parallel, async (location) => {
    const judged = await checkLocation(location, context);
    onRead();
    return judged;
  });
  return { policies, subjects: [...subjects.flat(), ...failures.map(unlisted)], leftOut };
}

/** What images name in their labels must be named as well where it is within this machine. */
function namedRegistries({ locations, below, connection }: CheckRequest): ReadonlySet<string> {
  const named = locations.flatMap((each) => (each.kind === 'registry' ? [each.reference.repository] : []));
  return new Set([...[...named, ...below].map(({ registry }) => registry), ...connection.insecureRegistries]);
}

interface SelectedLocations {
  readonly locations: readonly ImageLocation[];
  readonly failures: readonly NotFound[];
  readonly leftOut: CheckOutcome['leftOut'];
}

/** What is on this machine was named by its place, and no pattern is about that. No name of a tag holds an image back that could be run. */
async function selectLocations(
  request: CheckRequest,
  { registry, ports: { log, signal } }: Session,
): Promise<SelectedLocations> {
  const local = request.locations.filter(({ kind }) => kind !== 'registry');
  const images = request.locations.flatMap((each) => (each.kind === 'registry' ? [each.reference] : []));
  if (images.length + request.below.length === 0) return { locations: local, failures: [], leftOut: [] };
  const selection = { ...request, images, keptImages: 'read' as const };
  const { selected, failures, leftOut } = await selectImages(selection, { registry, log, signal });
  const remote = selected.map(({ reference }) => ({
    kind: 'registry' as const,
    name: familiarReference(reference),
    reference,
  }));
  return { locations: [...local, ...remote], failures, leftOut };
}

function unlisted({ repository, error }: NotFound): CheckedSubject {
  return { name: formatRepository(repository), ...problemOf(error) };
}
