import { createReadStream } from 'node:fs';
import { explained } from '../../build/failure.ts';
import { openSession } from '../../build/session.ts';
import type { Platform } from '../../image/manifest.ts';
import type { ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { verified } from '../../layout/verified-stream.ts';
import { formatSize } from '../../log/size.ts';
import { announceTransfers, reportTransfer } from '../../log/transfer.ts';
import { mapInParallel } from '../../parallel/parallel.ts';
import type { Ports } from '../../ports/index.ts';
import type { Digest } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';
import { chooseDependencies, dropStaged, stageDependencies } from '../dependencies/gather.ts';
import type { DependencyWish } from '../dependencies/wish.ts';
import { explainFull, requireRoom } from '../content/disk-room.ts';
import { choosePlatforms, EVERY_PLATFORM } from '../content/platform-choice.ts';
import type { Lock } from '../../lock/lock.ts';
import { lockDigest } from '../../lock/lock-json.ts';
import { type BundleContent, collectContent } from './collect.ts';
import { openDirectoryOutput } from './directory-output.ts';
import type { BundleOutput, WrittenFile } from './output.ts';
import { type BundlePlan, placedBlobs, planBundle, type PlannedFile } from './plan.ts';
import { readEarlier } from './since.ts';
import { openTarOutput } from './tar-output.ts';

/** What is packed, and where to. */
export interface BundleRequest {
  readonly lock: Lock;
  readonly output: BundleTarget;
  /** Absent: all that the images have. */
  readonly platforms?: readonly Platform[];
  /** The lock of an earlier bundle: what that holds is left out. */
  readonly since?: Lock;
  /** What buildpacks of the lock fetch and is taken along, beside what the lock names. */
  readonly dependencies?: readonly DependencyWish[];
  readonly connection: ConnectionInputs;
}

/** Paths are absolute. */
export type BundleTarget =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'tar';
      readonly path: string;
      /** Bytes; absent: it is one file. */
      readonly partSize?: number;
    };

export interface BundleOutcome {
  /** Of `SHA256SUMS`: who knows it knows the whole bundle. */
  readonly digest: Digest;
  /** Of the lock (`lockDigest`), by which a later bundle names this one. */
  readonly lock: Digest;
  readonly files: readonly WrittenFile[];
  readonly images: number;
  /** Signatures, attestations and the like that go with the images. */
  readonly attachments: number;
  /** Files that buildpacks fetch. */
  readonly dependencies: number;
  /** Bytes that came from registries and elsewhere, and that an earlier run had brought already. */
  readonly fetched: number;
  readonly kept: number;
  /** Bytes that the earlier bundle has. */
  readonly omitted: number;
}

/** Files that are checked, or written, at once. */
const AT_ONCE = 6;

/**
 * Packs everything that a lock names, byte for byte as the registries have it. Equal content gives an equal bundle; a run that was
 * killed is continued by the same command.
 *
 * @throws BuildpacksError `image` when a registry no longer has what the lock names; `machine` when the disk is full
 */
export async function writeBundle(request: BundleRequest, ports: Ports): Promise<BundleOutcome> {
  return explained(ports.signal, async () => {
    const { registry, ports: sessionPorts } = openSession(ports, request.connection, []);
    const { log } = sessionPorts;
    log.phase('read');
    const { content, plan, dependencies } = await makePlan(request, { ...sessionPorts, registry });
    log.phase('write');
    const written = await write(plan, request.output, { ...sessionPorts, registry }).catch((error: unknown) => {
      throw explainFull(error, request.output.path);
    });
    if (dependencies > 0) await dropStaged(stageOf(request));
    const { images, attachments } = content;
    const counts = { images: images.length, attachments: attachments.length, dependencies };
    const lock = lockDigest(request.lock);
    return { digest: plan.digest, lock, ...counts, ...written, omitted: sizeOf(plan.omitted) };
  });
}

type Context = Pick<Ports, 'log'> & { readonly registry: RegistryReader };

async function makePlan(
  request: BundleRequest,
  context: Context & Ports,
): Promise<{ readonly content: BundleContent; readonly plan: BundlePlan; readonly dependencies: number }> {
  const { platforms, since, dependencies: wishes = [] } = request;
  const choice = platforms === undefined ? EVERY_PLATFORM : choosePlatforms(platforms);
  const content = await collectContent(request.lock, choice, context.registry);
  const earlier = since === undefined ? undefined : await readEarlier(since, choice, context);
  const unavailable = await unavailableLayers(content, context);
  const dependencies = await chooseDependencies(request.lock, wishes, choice, context);
  const staged = await stageDependencies(dependencies, stageOf(request), context).catch((error: unknown) => {
    throw explainFull(error, request.output.path);
  });
  const lock = { ...request.lock, ...(dependencies.length > 0 && { dependencies }) };
  const plan = planBundle({ lock, choice, content, unavailable, staged, ...optional('earlier', earlier) });
  return { content, plan, dependencies: staged.length };
}

/** Dependencies are fetched before their sizes are known, which the tar's places need. */
function stageOf({ output }: BundleRequest): string {
  return `${output.path}.dependencies`;
}

/** Foreign layers (of Windows, mostly) may not be in any registry: who loads the bundle gets them where the manifest says. */
async function unavailableLayers(content: BundleContent, { registry, log }: Context): Promise<ReadonlySet<Digest>> {
  const foreign = placedBlobs(content).filter(({ descriptor }) => descriptor.urls !== undefined);
  const missing = new Set<Digest>();
  for (const { repository, descriptor } of foreign) {
    const source = registry.source(repository);
    if (await source.has(descriptor)) continue;
    missing.add(descriptor.digest);
    log.warn(
      `the foreign layer ${descriptor.digest} of ${source.name} is not in the bundle: its registry does not have it, only ${descriptor.urls?.join(', ') ?? ''}`,
    );
  }
  return missing;
}

function openOutput(target: BundleTarget, files: readonly PlannedFile[]): Promise<BundleOutput> {
  if (target.kind === 'directory') return openDirectoryOutput(target.path, files);
  return openTarOutput(target.path, files, target.partSize);
}

async function write(
  plan: BundlePlan,
  target: BundleTarget,
  context: Context,
): Promise<Pick<BundleOutcome, 'files' | 'fetched' | 'kept'>> {
  const output = await openOutput(target, plan.files);
  try {
    const counts = await fill(output, plan, target, context);
    return { files: await output.finish(), ...counts };
  } finally {
    await output.close();
  }
}

async function fill(
  output: BundleOutput,
  { files }: BundlePlan,
  { path }: BundleTarget,
  { registry, log }: Context,
): Promise<{ readonly fetched: number; readonly kept: number }> {
  const there = await mapInParallel(files, AT_ONCE, (file) => output.has(file));
  const missing = files.filter((_, index) => there[index] === false);
  const blobs = missing.filter(({ content }) => content.kind !== 'bytes');
  const kept = sizeOf(files.filter(({ content }) => content.kind !== 'bytes')) - sizeOf(blobs);
  if (kept > 0) log.info(`${formatSize(kept)} are there already`);
  const free = await requireRoom(path, sizeOf(missing));
  log.info(
    `${formatSize(sizeOf(blobs))} in ${blobs.length} files to be fetched; the disk has ${formatSize(free)} left`,
  );
  announceTransfers(blobs, log);
  // What makes a directory a bundle comes last.
  await mapInParallel(blobs, AT_ONCE, (file) => writeFile(file, output, { registry, log }));
  for (const file of missing.filter(({ content }) => content.kind === 'bytes').reverse()) {
    await writeFile(file, output, { registry, log });
  }
  return { fetched: sizeOf(blobs), kept };
}

async function writeFile(file: PlannedFile, output: BundleOutput, { registry, log }: Context): Promise<void> {
  const { content } = file;
  switch (content.kind) {
    case 'bytes':
      return output.write(file, iterate(content.bytes));
    case 'staged':
      return output.write(file, verified(createReadStream(content.file), { ...file, mediaType: '' }, content.file));
    case 'blob': {
      const blob = await registry.readBlob(content.repository, content.descriptor);
      return output.write(file, reportTransfer(blob, content.descriptor, log) as AsyncIterable<Uint8Array>);
    }
  }
}

async function* iterate(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function sizeOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
