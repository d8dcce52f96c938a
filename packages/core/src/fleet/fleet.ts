import { createCredentials } from '../auth/index.ts';
import { inputError } from '../errors/problems.ts';
import type { Ports } from '../ports/index.ts';
import { formatRepository, type ImageReference } from '../reference/index.ts';
import { createRegistryClient, formatPrefix, type RegistryClient, registryServer } from '../registry/index.ts';
import { count } from '../report/columns.ts';
import { tellProgress } from '../log/progress.ts';
import { plainText } from '../log/terminal-text.ts';
import type { FleetRequest, WantedEntry } from './inputs.ts';
import { withoutExcluded } from '../catalog/exclusion.ts';
import { describeLeftOut, type LeftOut, leftOutFor } from '../catalog/left-out.ts';
import { type FoundImages, imagesBelow } from '../catalog/registry-images.ts';
import { keepsOldImage } from '../catalog/rollback-tag.ts';
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
  if (wanted.length + failures.length + leftOut.length === 0) throw nothingFound(request);
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
function openRegistry({ prefixes, images, connection }: FleetRequest, ports: Ports): RegistryClient {
  const credentials = createCredentials({
    ...ports,
    registryAuth: connection.registryAuth,
    fallbackAuth: connection.fallbackAuth,
  });
  const named = [...prefixes, ...images.map(({ reference }) => reference.repository)];
  for (const { registry } of named) ports.network.reach.admit(registryServer(registry));
  return createRegistryClient({ ...ports, credentials, mirrors: connection.mirrors });
}

interface Found {
  readonly wanted: readonly WantedEntry[];
  readonly failures: readonly FailedEntry[];
  readonly leftOut: readonly LeftOut[];
}

async function findImages(
  { prefixes, images, tags, parallel, exclusion }: FleetRequest,
  registry: RegistryClient,
  { log, signal }: Ports,
): Promise<Found> {
  const wanted: WantedEntry[] = [...images];
  const failures: FailedEntry[] = [];
  const old: ImageReference[] = [];
  for (const prefix of prefixes) {
    const found = await imagesBelow(prefix, registry, { tags, parallel, signal });
    const isOld = keepsOldImage(found.images);
    log.info(`${formatPrefix(prefix)}: ${count(found.images.length, 'tag')}`);
    for (const reference of found.images) {
      if (isOld(reference)) old.push(reference);
      else wanted.push({ reference, workloads: [] });
    }
    failures.push(...found.failures.map(unlisted));
  }
  const { kept, excluded } = withoutExcluded(wanted, exclusion, log);
  const leftOut = [...leftOutFor('excluded', excluded), ...leftOutFor('keeps-old-image', old)];
  return { wanted: kept, failures, leftOut };
}

function unlisted({ repository, error }: FoundImages['failures'][number]): FailedEntry {
  return {
    kind: 'failed',
    repository: formatRepository(repository),
    tags: [],
    workloads: [],
    reason: error.message,
    temporary: error.code === 'temporary',
  };
}

function nothingFound({ prefixes, tags }: FleetRequest) {
  const places = prefixes.map((prefix) => `"${formatPrefix(prefix)}"`).join(', ');
  const where = places === '' ? 'the list' : places;
  const hint = tags.length === 0 ? 'Check the name, and that these credentials may read it.' : 'Check --tags.';
  return inputError('images', `there is no image at ${where}`, hint);
}
