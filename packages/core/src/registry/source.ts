import { isIndexType, isManifestType } from '../image/media-types.ts';
import type { ImageSource } from '../image/source.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from './types.ts';

/** A repository as a source of verified manifests and blobs. */
export function repositorySource(client: Omit<RegistryClient, 'source'>, repository: Repository): ImageSource {
  return {
    name: formatRepository(repository),
    manifest: (digest) => client.manifest({ kind: 'digest', repository, digest }),
    has: async ({ mediaType, digest }) => {
      if (!isManifestType(mediaType) && !isIndexType(mediaType)) return client.hasBlob(repository, digest);
      return (await client.headManifest({ kind: 'digest', repository, digest })) !== undefined;
    },
    open: (descriptor) => client.readBlob(repository, descriptor),
  };
}
