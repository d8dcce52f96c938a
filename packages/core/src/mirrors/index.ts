export { type AskedPlace, askedPlaces } from './asked-places.ts';
export { blobEndpointsFor, endpointsFor } from './endpoints.ts';
export { parseHostsToml, registryOfDirectory } from './hosts-toml.ts';
export { parseMirrorLines } from './lines.ts';
export { mergeRules } from './merge.ts';
export type {
  ClientCertificate,
  MirrorNotice,
  MirrorRule,
  MirrorRules,
  MirrorTarget,
  PullScope,
  ServerSettings,
} from './model.ts';
export { joinMirrorSets, parseMirrorSets } from './openshift.ts';
export { applyDropIns, parseRegistriesConf, type RegistriesConf } from './registries-conf.ts';
export { fullName, isFullName, mirrorName } from './prefix.ts';
export { type MirrorInputs, readMirrorRules } from './read-rules.ts';
export { parseRegistryPrefix } from './relocation.ts';
export { type Endpoint, formatOrigin, type Route, routeFor, type SkippedEndpoint } from './route.ts';
export { insecureHosts, serverTrust, type ServerTrust, servingHosts } from './servers.ts';
