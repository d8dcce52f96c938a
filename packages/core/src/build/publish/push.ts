import { finished } from 'node:stream/promises';
import type { Destination, PlannedImage } from '../plan.ts';
import type { LayerSource, OutputImage, OutputLayer } from './output-image.ts';
import { BuildpacksError } from '../../errors/index.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { reportTransfer } from '../../log/transfer.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import { type Digest, formatRepository, type Repository, sameRepository } from '../../reference/index.ts';
import { RegistryError, type RegistryClient } from '../../registry/index.ts';
import type { OutputSummary } from '../../report/result.ts';
import { putShown } from '../../transfer/shown-manifest.ts';

type RegistryDestination = Extract<Destination, { kind: 'registry' }>;
type BlobState = 'present' | 'mounted' | 'uploaded';

interface BlobResult {
  readonly state: BlobState;
  readonly bytes: number;
}

const PRESENT: BlobResult = { state: 'present', bytes: 0 };
const MOUNTED: BlobResult = { state: 'mounted', bytes: 0 };
type ForeignSource = Exclude<LayerSource, { kind: 'layout' }>;

/** A layer of the run or previous image was on its registry when PREPARE looked, and is no more. */
export class LayerGoneError extends BuildpacksError {
  override readonly name = 'LayerGoneError';
  readonly source: ForeignSource['kind'];

  constructor(layer: Digest, { kind, image }: ForeignSource, cause?: unknown) {
    super('temporary', `the layer ${layer} of ${image.name} has gone from its registry during the build`, {
      hint: 'Run the build again; with `previous-image: none` it reuses no layer.',
      ...(cause !== undefined && { cause }),
    });
    this.source = kind;
  }
}

/** Blobs that are moved at once. */
const AT_ONCE = 6;

export interface PushContext {
  readonly previousImage: PlannedImage | undefined;
  readonly registry: RegistryClient;
  readonly log: Log;
}

/** One image on its way into one repository. */
interface Push {
  readonly output: OutputImage;
  readonly repository: Repository;
  readonly registry: RegistryClient;
  readonly log: Log;
  /** The previous image when it is in this repository: PREPARE has seen its manifest and layers there. */
  readonly seen: PlannedImage | undefined;
}

/** An image that is in a repository with all its parts, and has no tag there yet. */
export interface UploadedImage {
  moveTags(): Promise<OutputSummary>;
}

/**
 * Brings the image into one repository: blobs, then the manifest by digest, which the registry must show. Tags move when the image is
 * everywhere (`docs/design.md`, section 8, point 3). Layers of the run and previous image are mounted where their registry is this one
 * and copied where it is not.
 *
 * @throws LayerGoneError when a layer to be reused has gone since PREPARE looked: build again
 */
export async function uploadImage(
  output: OutputImage,
  { repository, tags }: RegistryDestination,
  { previousImage, registry, log }: PushContext,
): Promise<UploadedImage> {
  const seen =
    previousImage !== undefined && sameRepository(previousImage.repository, repository) ? previousImage : undefined;
  const push = { output, repository, registry, log, seen };
  const uploaded = await lookingAgain(push, upload);
  return {
    moveTags: async () => {
      const blobs = await lookingAgain(push, async (again) => {
        const all = again === push ? uploaded : await upload(again);
        for (const tag of tags) await registry.putManifest(repository, tag, output.image.raw);
        return all;
      });
      return summarize(repository, tags, blobs);
    },
  };
}

/** Does it once more without relying on what the previous image had there, when the registry lacks some of that. */
async function lookingAgain<T>(push: Push, act: (push: Push) => Promise<T>): Promise<T> {
  try {
    return await act(push);
  } catch (error) {
    if (push.seen === undefined || !isBlobUnknown(error)) throw error;
    push.log.debug(`${formatRepository(push.repository)} lacks a blob that the previous image had; looking at each`);
    return act({ ...push, seen: undefined });
  }
}

async function upload(push: Push): Promise<readonly BlobResult[]> {
  const { output, repository, registry, seen } = push;
  const { raw } = output.image;
  const blobs = await pushBlobs(push);
  if (seen?.digest !== raw.digest) {
    await putShown(raw, repository, registry);
  }
  return blobs;
}

async function pushBlobs(push: Push): Promise<readonly BlobResult[]> {
  const { layers, image } = push.output;
  const config: OutputLayer = { descriptor: image.manifest.config, source: { kind: 'layout' } };
  const unique = new Map([...layers, config].map((layer) => [layer.descriptor.digest, layer]));
  return mapInParallel(unique.values(), AT_ONCE, (layer) => pushBlob(layer, push));
}

async function pushBlob({ descriptor, source }: OutputLayer, push: Push): Promise<BlobResult> {
  const { output, repository, registry, log, seen } = push;
  const seenHere = seen !== undefined && (source.kind === 'previous-image' || seen.config === descriptor.digest);
  if (seenHere) return PRESENT;
  // In a repository that holds no image of ours the blob is hardly there yet: mounting it right away saves a question.
  const mountFirst = source.kind !== 'layout' && seen === undefined;
  if (mountFirst && (await mount(descriptor, source.image, push))) return MOUNTED;
  if (await registry.hasBlob(repository, descriptor.digest)) {
    if (source.kind === 'layout') await requireContent(descriptor, output);
    return PRESENT;
  }
  if (source.kind !== 'layout') {
    if (!mountFirst && (await mount(descriptor, source.image, push))) return MOUNTED;
    return copy(descriptor, source, push);
  }
  await registry.uploadBlob(repository, descriptor, async () =>
    reportTransfer(await output.image.source.open(descriptor), descriptor, log),
  );
  return { state: 'uploaded', bytes: descriptor.size };
}

/** Else a build could name any blob of the repository and have it in its image: it must have made it. */
async function requireContent(descriptor: Descriptor, { image }: OutputImage): Promise<void> {
  await finished((await image.source.open(descriptor)).resume());
}

function mount({ digest }: Descriptor, from: PlannedImage, { repository, registry }: Push): Promise<boolean> {
  return registry.mountBlob(repository, digest, from.repository);
}

/** Brings a blob of the run or previous image through us. */
async function copy(descriptor: Descriptor, source: ForeignSource, push: Push): Promise<BlobResult> {
  const { repository, registry, log } = push;
  const from = source.image.repository;
  if (sameRepository(from, repository)) throw new LayerGoneError(descriptor.digest, source);
  await registry.uploadBlob(repository, descriptor, async () => {
    const stream = await registry.readBlob(from, descriptor).catch((error: unknown) => {
      const gone = error instanceof RegistryError && error.status === 404;
      throw gone ? new LayerGoneError(descriptor.digest, source, error) : error;
    });
    return reportTransfer(stream, descriptor, log);
  });
  return { state: 'uploaded', bytes: descriptor.size };
}

function isBlobUnknown(error: unknown): boolean {
  const codes = ['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_INVALID'];
  return error instanceof RegistryError && error.entries.some(({ code }) => codes.includes(code));
}

function summarize(repository: Repository, tags: readonly string[], blobs: readonly BlobResult[]): OutputSummary {
  const count = (state: BlobState) => blobs.filter((blob) => blob.state === state).length;
  return {
    kind: 'registry',
    references: tags.map((tag) => `${formatRepository(repository)}:${tag}`),
    blobs: { present: count('present'), mounted: count('mounted'), uploaded: count('uploaded') },
    bytesUploaded: blobs.reduce((sum, blob) => sum + blob.bytes, 0),
  };
}
