import type { Descriptor } from '../image/manifest.ts';
import type { Repository } from '../reference/index.ts';
import type { RegistryClient } from './types.ts';

export interface BlobCopy {
  readonly from: Repository;
  readonly to: Repository;
  readonly descriptor: Descriptor;
}

/** Brings a blob into a repository the cheapest way: it is there, the registry mounts it, or it streams through us, verified. */
export async function copyBlob(client: RegistryClient, copy: BlobCopy): Promise<'present' | 'mounted' | 'uploaded'> {
  const { from, to, descriptor } = copy;
  if (await client.hasBlob(to, descriptor.digest)) return 'present';
  if (await client.mountBlob(to, descriptor.digest, from)) return 'mounted';
  await client.uploadBlob(to, descriptor, () => client.readBlob(from, descriptor));
  return 'uploaded';
}
