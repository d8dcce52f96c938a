import { createCredentials } from '../auth/index.ts';
import { inputError } from '../errors/problems.ts';
import type { Ports } from '../ports/index.ts';
import { formatRepository } from '../reference/index.ts';
import { createRegistryClient, formatPrefix, type RegistryClient, registryServer } from '../registry/index.ts';
import { count } from '../report/columns.ts';
import { plainText } from '../log/terminal-text.ts';
import type { FleetRequest, WantedEntry } from './inputs.ts';
import { withoutRollbacks } from '../catalog/rollback-tag.ts';
import { imagesBelow } from '../catalog/registry-images.ts';
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
  const { wanted, failures } = await findImages(request, registry, ports);
  if (wanted.length === 0 && failures.length === 0) throw nothingFound(request);
  log.info(`Reading ${count(wanted.length, 'image')}`);
  const progress = every(EACH, (done) => {
    log.info(`${done} of ${wanted.length} read`);
  });
  const images = await surveyImages(wanted, { ...request, registry, onRead: progress });
  const { requests, bytesDown } = registry.traffic();
  return {
    schemaVersion: FLEET_SCHEMA_VERSION,
    created: new Date(clock.now()).toISOString(),
    components: request.components.map(({ text }) => text),
    labels: request.labels,
    images: [...images, ...failures],
    traffic: { requests, bytesDown },
  };
}

/** Images between two lines about how far the survey is. */
const EACH = 50;

function every(step: number, tell: (done: number) => void): () => void {
  let done = 0;
  return () => {
    done += 1;
    if (done % step === 0) tell(done);
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

async function findImages(
  { prefixes, images, tags, parallel }: FleetRequest,
  registry: RegistryClient,
  { log, signal }: Ports,
): Promise<{ readonly wanted: readonly WantedEntry[]; readonly failures: readonly FailedEntry[] }> {
  const wanted: WantedEntry[] = [...images];
  const failures: FailedEntry[] = [];
  for (const prefix of prefixes) {
    const found = await imagesBelow(prefix, registry, { tags, parallel, signal });
    const kept = withoutRollbacks(found.images);
    const aside = found.images.length - kept.length;
    const note = aside === 0 ? '' : `, without ${aside} that keep old images for rebase`;
    log.info(`${formatPrefix(prefix)}: ${count(kept.length, 'tag')}${note}`);
    for (const reference of kept) wanted.push({ reference, workloads: [] });
    for (const { repository, error } of found.failures) {
      failures.push({
        kind: 'failed',
        repository: formatRepository(repository),
        tags: [],
        workloads: [],
        reason: error.message,
        temporary: error.code === 'temporary',
      });
    }
  }
  return { wanted, failures };
}

function nothingFound({ prefixes, tags }: FleetRequest) {
  const places = prefixes.map((prefix) => `"${formatPrefix(prefix)}"`).join(', ');
  const where = places === '' ? 'the list' : places;
  const hint = tags.length === 0 ? 'Check the name, and that these credentials may read it.' : 'Check --tags.';
  return inputError('images', `there is no image at ${where}`, hint);
}
