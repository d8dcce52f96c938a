export { type ListedCache, listCaches } from './admin/list.ts';
export { cachesToPrune, type PrunedCache, type PruneRules, storedBytes } from './admin/prune.ts';
export { type VerifiedCache, verifyCache } from './admin/verify.ts';
export { type CacheIdentity, identityKey } from './format/identity.ts';
export type { IndexExpectation } from './format/index-object.ts';
export { type CacheKey, readSignKey, readVerifyKeys } from './format/keys.ts';
export { parseIndex } from './format/parse.ts';
export { renderIndex } from './format/render.ts';
export { NONE_YET } from './restore/find-index.ts';
export {
  type CachePorts,
  fillCache,
  findCache,
  type FoundCache,
  type MissedCache,
  restoreCache,
  type RestoredCache,
  type RestoreOutcome,
  type RestoreRequest,
} from './restore/restore.ts';
export { parentOf } from './save/parent.ts';
export type { ParentCache } from './save/plan.ts';
export { saveCache, type SaveOutcome, type SaveRequest } from './save/save.ts';
export { createDirectoryStore } from './store/directory.ts';
export { createRegistryStore } from './store/registry.ts';
export type { CacheTraffic } from './store/traffic.ts';
