export { formatPrefix, parsePrefix, type RepositoryPrefix } from './catalog.ts';
export { createRegistryClient, type RegistryClientOptions } from './client.ts';
export { RegistryError, type RegistryErrorEntry } from './error.ts';
export { MAX_MANIFEST_SIZE } from './manifests.ts';
export { MAX_REFERRERS } from './referrers.ts';
export { RETRY_POLICY, type RetryPolicy } from './retry.ts';
export type { BlobRange, RegistryClient, RegistryReader, RegistryStorage, RegistryTarget, Traffic } from './types.ts';
export { registryServer } from './url.ts';
export { withinReach } from './within-reach.ts';
