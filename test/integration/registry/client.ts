import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Credential } from '../../../packages/core/src/auth/index.ts';
import { type Clock, SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import type { Repository } from '../../../packages/core/src/reference/index.ts';
import { createRegistryClient, type RegistryClient } from '../../../packages/core/src/registry/index.ts';
import { openNetwork } from '../../../packages/core/test/support/network.ts';
import { type Registry, type RegistryOptions, startRegistry } from '../../bench/registry.ts';

const CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal && { signal }),
};

/** A registry that is stopped when the test ends. */
export async function startForTest(options?: RegistryOptions): Promise<Registry> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  return registry;
}

export function clientFor(credential?: Credential): RegistryClient {
  return createRegistryClient({
    network: openNetwork(),
    credentials: { lookup: () => Promise.resolve(credential) },
    clock: CLOCK,
    log: SILENT_LOG,
    signal: new AbortController().signal,
  });
}

export function repositoryOf(registry: Registry, path: string): Repository {
  return { registry: registry.host, path };
}
