export { listStoredCaches, pruneStoredCaches, type StoreReport, verifyStoredCaches } from './caches.ts';
export { type HousekeepingInputs, parseHousekeepingInputs, parsePruneRules } from './inputs.ts';
export type { PruneRules } from '../cache/index.ts';
export { type Chore, renderStores, storesJson } from './render.ts';
