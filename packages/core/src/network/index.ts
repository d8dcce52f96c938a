export { type AddressClass, classifyHost } from './address.ts';
export { NetworkFailure, networkFailure } from './failure.ts';
export { createNetwork, type NetworkOptions } from './network.ts';
