import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type BundleTarget,
  type LoadOutcome,
  type LoadRequest,
  loadBundle,
  type Ports,
  writeBundle,
  type BundleOutcome,
  type BundleRequest,
} from '../../../packages/core/src/index.ts';
import { parseDestination } from '../../../packages/core/src/airgap/load/destination.ts';
import type { Lock } from '../../../packages/core/src/lock/lock.ts';
import { crane } from '../../bench/images.ts';
import { program } from '../../bench/tools.ts';
import type { Registry } from '../../bench/registry.ts';
import { corePorts, NO_CONNECTION } from '../../e2e/support/ports.ts';
import { startForTest } from '../registry/client.ts';
import type { RawManifest } from '../../../packages/core/src/image/manifest.ts';
import { createRegistryClient } from '../../../packages/core/src/registry/index.ts';
import type { Repository } from '../../../packages/core/src/reference/index.ts';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import type { Shelf } from './fixture.ts';

export function shelfOf({ host }: Pick<Registry, 'host'>): Shelf {
  const credentials = { lookup: () => Promise.resolve(undefined) };
  return { client: createRegistryClient({ ...corePorts(), credentials }), host };
}

/** A registry with the API of referrers, which distribution lacks. It ends with the test. */
export async function startReferrersRegistry(): Promise<{ readonly host: string }> {
  const child = spawn(await program('referrers-registry'), [], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(async () => {
    child.stdin.end();
    await once(child, 'exit');
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as readonly string[];
  return { host: line?.trim() ?? '' };
}

export function bundle(
  lock: Lock,
  output: BundleTarget,
  more: Partial<BundleRequest> = {},
  ports: Partial<Ports> = {},
): Promise<BundleOutcome> {
  return writeBundle({ lock, output, connection: NO_CONNECTION, ...more }, corePorts(ports));
}

export function load(
  source: string,
  to: string,
  more: Partial<LoadRequest> = {},
  ports: Partial<Ports> = {},
): Promise<LoadOutcome> {
  const request = {
    bundle: source,
    to: parseDestination(to),
    isRehearsal: false,
    mirrorConfigs: [],
    connection: NO_CONNECTION,
  };
  return loadBundle({ ...request, ...more }, corePorts(ports));
}

/** A connected registry with a place for an image, a closed one, and a directory between them. */
export interface Places {
  readonly source: { readonly host: string };
  readonly target: { readonly host: string };
  readonly directory: string;
  readonly shelf: Shelf;
  readonly repository: Repository;
}

type Kind = 'the API' | 'tags';

/** @param kinds how each registry lists referrers */
export async function places({
  from = 'tags',
  to = 'tags',
}: { readonly from?: Kind; readonly to?: Kind } = {}): Promise<Places> {
  const start = (kind: Kind) => (kind === 'tags' ? startForTest() : startReferrersRegistry());
  const [source, target] = await Promise.all([start(from), start(to)]);
  const repository = { registry: source.host, path: 'team/base' };
  return { source, target, directory: await temporaryDirectory(), shelf: shelfOf(source), repository };
}

/** @param form `parts`: so small that each bundle has several */
export function bundleTarget(directory: string, form: 'directory' | 'tar' | 'parts'): BundleTarget {
  if (form === 'directory') return { kind: 'directory', path: path.join(directory, 'bundle') };
  return { kind: 'tar', path: path.join(directory, 'bundle.tar'), ...(form === 'parts' && { partSize: 7000 }) };
}

/** A manifest as crane reads it from the registry of the closed network. */
export async function readByCrane({ source, target }: Places, rest: string): Promise<string> {
  const name = `${target.host}/mirror/${source.host.replace(':', '_')}/${rest}`;
  return crane(['manifest', name], name);
}

export function textOf(raw: RawManifest): string {
  return Buffer.from(raw.bytes).toString();
}
