import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Credential } from '../../../packages/core/src/auth/index.ts';
import { parseMirrorLines } from '../../../packages/core/src/mirrors/index.ts';
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

type Lookup = (repository: Repository) => Credential | undefined;

/** @param mirrors lines as of the input `registry-mirrors` */
export function clientFor(credential?: Credential | Lookup, mirrors: readonly string[] = []): RegistryClient {
  return createRegistryClient({
    network: openNetwork(),
    credentials: {
      lookup: (repository) => Promise.resolve(typeof credential === 'function' ? credential(repository) : credential),
    },
    mirrors: parseMirrorLines(mirrors),
    clock: CLOCK,
    log: SILENT_LOG,
    signal: new AbortController().signal,
  });
}

export function repositoryOf(registry: Registry, path: string): Repository {
  return { registry: registry.host, path };
}
