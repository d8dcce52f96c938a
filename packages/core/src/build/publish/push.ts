import type { Destination, PlannedImage } from '../plan.ts';
import type { OutputImage, OutputLayer } from './output-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { reportTransfer } from '../../log/transfer.ts';
import type { Log } from '../../ports/index.ts';
import { type Digest, formatRepository, type Repository, sameRepository } from '../../reference/index.ts';
import { RegistryError, type RegistryClient } from '../../registry/index.ts';
import type { OutputSummary } from '../../report/result.ts';

type RegistryDestination = Extract<Destination, { kind: 'registry' }>;
type BlobState = 'present' | 'mounted' | 'uploaded';

interface BlobResult {
  readonly state: BlobState;
  readonly bytes: number;
}

/** Blobs that are moved at once. */
const AT_ONCE = 6;

/**
 * Publishes to one repository: blobs, then the manifest by digest, and only when the registry shows it the tags (`docs/design.md`,
 * section 8, point 3). Layers of the run and previous image are mounted where their registry is this one and copied where it is not.
 *
 * @throws BuildpacksError `temporary` when a layer to be reused has gone since PREPARE looked: build again
 */
export async function pushImage(
  output: OutputImage,
  destination: RegistryDestination,
  registry: RegistryClient,
  log: Log,
): Promise<OutputSummary> {
  const { repository } = destination;
  let blobs = await pushBlobs(output, repository, registry, log, 'trust');
  try {
    await registry.putManifest(repository, output.image.raw.digest, output.image.raw);
  } catch (error) {
    if (!isBlobUnknown(error)) throw error;
    log.debug(`${formatRepository(repository)} lacks a blob that the previous image had; looking at each`);
    blobs = await pushBlobs(output, repository, registry, log, 'look');
    await registry.putManifest(repository, output.image.raw.digest, output.image.raw);
  }
  await requirePublished(output.image.raw.digest, repository, registry);
  for (const tag of destination.tags) await registry.putManifest(repository, tag, output.image.raw);
  return summarize(destination, blobs);
}

/** `trust`: what the previous image in this repository has need not be looked for. */
async function pushBlobs(
  output: OutputImage,
  repository: Repository,
  registry: RegistryClient,
  log: Log,
  previous: 'trust' | 'look',
): Promise<readonly BlobResult[]> {
  const config: OutputLayer = { descriptor: output.image.manifest.config, source: { kind: 'layout' } };
  const unique = new Map([...output.layers, config].map((layer) => [layer.descriptor.digest, layer]));
  const pending = [...unique.values()];
  const results: BlobResult[] = [];
  const worker = async () => {
    for (let layer = pending.shift(); layer !== undefined; layer = pending.shift()) {
      results.push(await pushBlob(layer, output, repository, registry, log, previous));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function pushBlob(
  { descriptor, source }: OutputLayer,
  output: OutputImage,
  repository: Repository,
  registry: RegistryClient,
  log: Log,
  previous: 'trust' | 'look',
): Promise<BlobResult> {
  if (source.kind === 'previous-image' && previous === 'trust' && sameRepository(source.image.repository, repository)) {
    return { state: 'present', bytes: 0 };
  }
  if (await registry.hasBlob(repository, descriptor.digest)) return { state: 'present', bytes: 0 };
  if (source.kind === 'layout') {
    await registry.uploadBlob(repository, descriptor, async () =>
      reportTransfer(await output.image.source.open(descriptor), descriptor, log),
    );
    return { state: 'uploaded', bytes: descriptor.size };
  }
  return bringBlob(descriptor, source.image, repository, registry, log);
}

/** Mounts or copies a blob of the run or previous image. */
async function bringBlob(
  descriptor: Descriptor,
  from: PlannedImage,
  repository: Repository,
  registry: RegistryClient,
  log: Log,
): Promise<BlobResult> {
  const mountable = from.repository.registry === repository.registry && !sameRepository(from.repository, repository);
  if (mountable && (await registry.mountBlob(repository, descriptor.digest, from.repository))) {
    return { state: 'mounted', bytes: 0 };
  }
  if (sameRepository(from.repository, repository)) throw goneError(descriptor.digest, from);
  await registry.uploadBlob(repository, descriptor, async () => {
    const stream = await registry.readBlob(from.repository, descriptor).catch((error: unknown) => {
      throw isBlobUnknown(error) ? goneError(descriptor.digest, from, error) : error;
    });
    return reportTransfer(stream, descriptor, log);
  });
  return { state: 'uploaded', bytes: descriptor.size };
}

async function requirePublished(digest: Digest, repository: Repository, registry: RegistryClient): Promise<void> {
  const head = await registry.headManifest({ kind: 'digest', repository, digest });
  if (head?.digest === digest) return;
  throw new BuildpacksError(
    'registry',
    `${formatRepository(repository)} took the manifest ${digest} but does not show it`,
    {
      hint: 'No tag was moved. Try again; if it stays so, the registry or a proxy before it loses writes.',
    },
  );
}

function isBlobUnknown(error: unknown): boolean {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_INVALID'];
  return error instanceof RegistryError && error.entries.some(({ code }) => codes.includes(code));
}

function goneError(digest: Digest, from: PlannedImage, cause?: unknown): BuildpacksError {
  return new BuildpacksError(
    'temporary',
    `the layer ${digest} of ${from.name} has gone from its registry during the build`,
    {
      hint: 'Run the build again; with `previous-image: none` it reuses no layer.',
      ...(cause !== undefined && { cause }),
    },
  );
}

function summarize({ repository, tags }: RegistryDestination, blobs: readonly BlobResult[]): OutputSummary {
  const count = (state: BlobState) => blobs.filter((blob) => blob.state === state).length;
  return {
    kind: 'registry',
    references: tags.map((tag) => `${formatRepository(repository)}:${tag}`),
    blobs: { present: count('present'), mounted: count('mounted'), uploaded: count('uploaded') },
    bytesUploaded: blobs.reduce((sum, blob) => sum + blob.bytes, 0),
  };
}
