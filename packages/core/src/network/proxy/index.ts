export { buildProxyEnvironment, type BuildProxyInputs, type BuildProxyOptions } from './build-environment.ts';
export { ProxyError } from './failure.ts';
export { type Bypass, parseNoProxy, type ProxyTarget } from './no-proxy.ts';
export { type ProxyRules, proxyRules, type ProxyVariables } from './proxy-rules.ts';
export {
  formatProxy,
  parseProxyServer,
  type ProxyCredential,
  type ProxyProtocol,
  type ProxyServer,
} from './proxy-server.ts';
export { hidingUser } from './redaction.ts';
export { type Relay, type RelayOptions, startRelay } from './relay/relay.ts';
export {
  type ProxyInputs,
  type ProxySettings,
  type ProxySettingsOptions,
  type ProxyTable,
  proxyTable,
  readProxySettings,
} from './settings.ts';
export { watchAnswers } from './transport/answers.ts';
export { openTcp, startTls } from './transport/socket.ts';
export { type TransportTimeouts } from './transport/connections.ts';
export { createTransport, type Transport, type TransportOptions } from './transport/transport.ts';
export type { ContextFor, Verifies } from './transport/trust.ts';
