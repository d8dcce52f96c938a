import { Readable } from 'node:stream';
import type { Descriptor } from '../../image/manifest.ts';
import { announceTransfers, reportTransfer } from '../../log/transfer.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Log } from '../../ports/index.ts';
import type { Repository } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { blobFile } from '../content/bundle-files.ts';
import type { BundleSource } from './bundle-source.ts';
import type { BlobPlan } from './push-plan.ts';

/** Blobs that are uploaded at once. */
const AT_ONCE = 6;

export interface PushContext {
  readonly source: BundleSource;
  readonly registry: RegistryClient;
  readonly log: Log;
}

/** Bytes that went to the registry, and that it copied from one of its repositories to another by itself. */
export interface PushedBlobs {
  readonly uploaded: number;
  readonly mounted: number;
}

/** Uploads each blob once, largest first, and lets the registry put it into its other repositories. */
export async function pushBlobs(blobs: readonly BlobPlan[], context: PushContext): Promise<PushedBlobs> {
  const due = blobs.filter(({ missing }) => missing.length > 0);
  const ordered = due.toSorted((a, b) => b.descriptor.size - a.descriptor.size);
  announceTransfers(
    ordered.filter(({ from }) => from === undefined).map(({ descriptor }) => descriptor),
    context.log,
  );
  const counts = await mapInParallel(ordered, AT_ONCE, (blob) => pushBlob(blob, context));
  return {
    uploaded: counts.reduce((sum, { uploaded }) => sum + uploaded, 0),
    mounted: counts.reduce((sum, { mounted }) => sum + mounted, 0),
  };
}

async function pushBlob({ descriptor, missing, from }: BlobPlan, context: PushContext): Promise<PushedBlobs> {
  const { registry } = context;
  let origin = from;
  let uploaded = 0;
  let mounted = 0;
  for (const repository of missing) {
    if (origin !== undefined && (await registry.mountBlob(repository, descriptor.digest, origin))) {
      mounted += descriptor.size;
    } else {
      await upload(descriptor, repository, origin, context);
      uploaded += descriptor.size;
    }
    origin ??= repository;
  }
  return { uploaded, mounted };
}

/** What the bundle leaves out comes from the repository that has it. */
async function upload(
  descriptor: Descriptor,
  repository: Repository,
  origin: Repository | undefined,
  { source, registry, log }: PushContext,
): Promise<void> {
  const file = blobFile(descriptor.digest);
  await registry.uploadBlob(repository, descriptor, async () => {
    const isHere = source.files.has(file) || origin === undefined;
    const content = isHere
      ? Readable.from(source.open(file), { objectMode: false })
      : await registry.readBlob(origin, descriptor);
    return reportTransfer(content, descriptor, log);
  });
}
