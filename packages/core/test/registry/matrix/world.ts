import { onTestFinished } from 'vitest';
import { Agent } from 'undici';
import type { Credential } from '../../../src/auth/index.ts';
import { MEDIA_TYPE } from '../../../src/image/media-types.ts';
import { optional } from '../../../src/json/json.ts';
import { digestOf, type Repository } from '../../../src/reference/index.ts';
import type { RegistryClient } from '../../../src/registry/index.ts';
import type { Fault } from '../fake/fault.ts';
import { type FaultRegistry, startFaultRegistry } from '../fake/fault-registry.ts';
import type { GuardRules } from '../fake/guard.ts';
import { type ManualClock, setup } from '../setup.ts';

/** What a row's registry serves as blob unless it says otherwise. */
export const CONTENT = '0123456789';

const CONFIG = { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(Buffer.from('{}')), size: 2 };
/** What is there as `v1`. */
export const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.ociManifest,
  config: CONFIG,
  layers: [],
});

export const ALICE: Credential = { kind: 'basic', username: 'alice', password: 's3cret' };

export interface WorldOptions {
  readonly faults?: readonly Fault[] | undefined;
  readonly guard?: GuardRules | undefined;
  readonly credential?: Credential | undefined;
  readonly content?: string | Buffer | undefined;
  readonly address?: '127.0.0.1' | '::1' | undefined;
  /** Aborting it cancels the client. */
  readonly signal?: AbortSignal | undefined;
  /** With time limits of a second, for answers that never come. */
  readonly impatient?: boolean | undefined;
}

/** A client and the registry that it talks to. */
export interface World extends FaultRegistry {
  readonly client: RegistryClient;
  readonly clock: ManualClock;
  readonly repository: Repository;
  readonly content: Buffer;
  readonly blob: { readonly mediaType: string; readonly digest: `sha256:${string}`; readonly size: number };
  readonly logged: readonly string[];
  /** The content of the blob as the registry has it now; undefined when it has none. */
  readonly stored: () => string | undefined;
}

/** A registry with one image, `app:v1`, one blob, and the faults of a row. */
export async function makeWorld(options: WorldOptions): Promise<World> {
  const { faults = [], guard, address, credential, impatient = false } = options;
  const dispatcher = impatient ? new Agent({ headersTimeout: 1000, bodyTimeout: 1000 }) : undefined;
  if (dispatcher !== undefined) onTestFinished(() => dispatcher.destroy());
  const { client, clock, logged } = setup({
    ...optional('credential', credential),
    ...optional('dispatcher', dispatcher),
    ...optional('signal', options.signal),
  });
  const registry = await startFaultRegistry({ faults, guard, clock, ...optional('address', address) });
  const content = Buffer.from(options.content ?? CONTENT);
  const blob = registry.store.addBlob(content);
  const manifest = { mediaType: MEDIA_TYPE.ociManifest, bytes: Buffer.from(MANIFEST) };
  registry.store.manifests.set('app:v1', manifest);
  registry.store.manifests.set(`app:${digestOf(manifest.bytes)}`, manifest);
  const repository = registry.registry.repository('app');
  const stored = () => registry.store.blobs.get(blob.digest)?.toString();
  return { ...registry, client, clock, logged, repository, content, blob, stored };
}
