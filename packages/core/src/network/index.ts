export { type AddressClass, classifyHost, isOnThisMachine } from './address.ts';
export { type Errand, refuseUrl } from './errand.ts';
export { type Challenge, parseChallenges } from './challenge.ts';
export { download, type Download, type DownloadPorts, shownUrl } from './download.ts';
export { NetworkFailure, networkFailure } from './failure.ts';
export { ProxyError } from './proxy/index.ts';
export { createNetwork, type NetworkInputs, type NetworkOptions, type OfflineInputs } from './network.ts';
export { EVERYWHERE, OfflineRefusal } from './reach.ts';
