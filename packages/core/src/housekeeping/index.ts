export { listStoredCaches, pruneStoredCaches, type StoreReport, verifyStoredCaches } from './caches.ts';
export { type HousekeepingInputs, parseHousekeepingInputs, parsePruneRules, type PruneInputs } from './inputs.ts';
export { renderStores, storesJson } from './render.ts';
