import { createCredentials } from '../auth/index.ts';
import type { ConnectionInputs } from '../inputs/connection.ts';
import type { Log, Ports } from '../ports/index.ts';
import { createRegistryClient, type RegistryClient } from '../registry/index.ts';

/** What the stages of one process share. */
export interface Session {
  /** The adapter's ports, with warnings kept for the result. */
  readonly ports: Ports;
  /** One client for all registries: it remembers tokens and counts the traffic. */
  readonly registry: RegistryClient;
  readonly warnings: readonly string[];
}

/** @param untrusted directories that credential helpers are never run from: the app, what a build left */
export function openSession(ports: Ports, connection: ConnectionInputs, untrusted: readonly string[]): Session {
  const warnings: string[] = [];
  const log: Log = {
    ...ports.log,
    warn: (message, place) => {
      warnings.push(ports.log.masked(message));
      ports.log.warn(message, place);
    },
  };
  const { network, clock, signal } = ports;
  const { registryAuth, fallbackAuth, mirrors } = connection;
  const credentials = createCredentials({ ...ports, log, registryAuth, fallbackAuth, untrusted });
  const registry = createRegistryClient({ network, credentials, mirrors, clock, log, signal });
  for (const { message, place } of mirrors.notices) log.warn(message, place);
  return { ports: { ...ports, log }, registry, warnings };
}
