import { createCredentials } from '../auth/index.ts';
import { inputError } from '../errors/problems.ts';
import type { Ports } from '../ports/index.ts';
import { formatReference, formatRepository } from '../reference/index.ts';
import { createRegistryClient, type RegistryClient, registryServer } from '../registry/index.ts';
import { count } from '../report/columns.ts';
import { tellProgress } from '../log/progress.ts';
import { plainText } from '../log/terminal-text.ts';
import type { FleetRequest, WantedEntry } from './inputs.ts';
import { describeLeftOut, type LeftOut } from '../catalog/left-out.ts';
import { type NotFound, selectImages } from '../catalog/select-images.ts';
import type { Workload } from './pods.ts';
import { type FailedEntry, FLEET_SCHEMA_VERSION, type FleetReport } from './report.ts';
import { surveyImages } from './survey.ts';

/**
 * Tells of all images at some places what they are made of and whether they stand on the newest base. Images that can't be read are told as
 * such.
 *
 * @throws RegistryError when a registry can't list its repositories; InputError when there is no image at all
 */
export async function surveyFleet(request: FleetRequest, ports: Ports): Promise<FleetReport> {
  const { log, clock } = ports;
  for (const notice of request.notices) log.warn(plainText(notice));
  for (const { message, place } of request.connection.mirrors.notices) log.warn(message, place);
  const registry = openRegistry(request, ports);
  const { wanted, failures, leftOut } = await findImages(request, registry, ports);
  if (wanted.length + failures.length + leftOut.length === 0) {
    throw inputError('--pods', 'no container that runs has an image', 'Give the Pods of the whole cluster.');
  }
  for (const line of describeLeftOut(leftOut)) log.info(plainText(line));
  log.info(`Reading ${count(wanted.length, 'image')}`);
  const images = await surveyImages(wanted, { ...request, registry, onRead: tellProgress(wanted.length, log) });
  const { requests, bytesDown } = registry.traffic();
  return {
    schemaVersion: FLEET_SCHEMA_VERSION,
    created: new Date(clock.now()).toISOString(),
    components: request.components.map(({ text }) => text),
    labels: request.labels,
    images: [...images, ...failures],
    leftOut,
    traffic: { requests, bytesDown },
  };
}

/** The places that were named may be reached where nothing else may; those that images name may not. */
function openRegistry({ below, images, connection }: FleetRequest, ports: Ports): RegistryClient {
  const credentials = createCredentials({
    ...ports,
    registryAuth: connection.registryAuth,
    fallbackAuth: connection.fallbackAuth,
  });
  const named = [...below, ...images.map(({ reference }) => reference.repository)];
  for (const { registry } of named) ports.network.reach.admit(registryServer(registry));
  return createRegistryClient({ ...ports, credentials, mirrors: connection.mirrors });
}

interface Found {
  readonly wanted: readonly WantedEntry[];
  readonly failures: readonly FailedEntry[];
  readonly leftOut: readonly LeftOut[];
}

async function findImages(
  request: FleetRequest,
  registry: RegistryClient,
  { log, signal }: Pick<Ports, 'log' | 'signal'>,
): Promise<Found> {
  const images = request.images.map(({ reference }) => reference);
  const selection = {
    ...request,
    images,
    placesInput: 'images',
    // What is kept for a rollback may run again.
    ...(request.components.length > 0 && { keptImages: 'read' as const }),
  };
  const { selected, failures, leftOut } = await selectImages(selection, { registry, log, signal });
  const users = workloadsByImage(request.images);
  const wanted = selected.map(({ reference }) => ({
    reference,
    workloads: users.get(formatReference(reference)) ?? [],
  }));
  return { wanted, failures: failures.map(unlisted), leftOut };
}

/** An image may stand in a list and be run as well. */
function workloadsByImage(entries: readonly WantedEntry[]): ReadonlyMap<string, readonly Workload[]> {
  const users = new Map<string, readonly Workload[]>();
  for (const { reference, workloads } of entries) {
    const name = formatReference(reference);
    users.set(name, [...(users.get(name) ?? []), ...workloads]);
  }
  return users;
}

function unlisted({ repository, error }: NotFound): FailedEntry {
  return {
    kind: 'failed',
    repository: formatRepository(repository),
    tags: [],
    workloads: [],
    reason: error.message,
    temporary: error.code === 'temporary',
  };
}
