import { explained } from '../../build/failure.ts';
import { admitRepositories } from '../../build/named-places.ts';
import { openSession } from '../../build/session.ts';
import { writeFileWhole } from '../../files/whole-file.ts';
import type { ConnectionInputs } from '../../inputs/index.ts';
import { optional } from '../../json/json.ts';
import { plainText } from '../../log/terminal-text.ts';
import type { Ports } from '../../ports/index.ts';
import type { Digest, ImageReference } from '../../reference/index.ts';
import type { RegistryClient } from '../../registry/index.ts';
import { imageName } from '../../lock/image-name.ts';
import { lockDigest, lockJson } from '../../lock/lock-json.ts';
import { checkBundle, type CheckedBundle } from './check-bundle.ts';
import { type DependencyTarget, writeDependencies } from '../dependencies/mapping.ts';
import { type Destination, relocatedReference } from './destination.ts';
import { formatOfFile, type MirroredRegistry, mirrorConfig, mirroredRegistries } from './mirror-config.ts';
import { openBundle } from './open-bundle.ts';
import { pushBlobs, type PushedBlobs } from './push-blobs.ts';
import { type PushedImage, pushManifests } from './push-manifests.ts';
import { planPush, type PushPlan } from './push-plan.ts';
import { pullReferences } from './pull-references.ts';
import { requirePushRights } from './push-rights.ts';
import { listUnderTags } from './push-referrers.ts';
import { pushAttachmentTags, pushTags } from './push-tags.ts';

/** Which bundle is loaded, and where to. */
export interface LoadRequest {
  /** A directory, a tar or parts, as the user wrote it. */
  readonly bundle: string;
  readonly to: Destination;
  /** The digest of the bundle that is meant, from another way than the bundle came; absent: any is loaded. */
  readonly expected?: Digest;
  /** Only look: at the bundle, and at what the registry has. */
  readonly isRehearsal: boolean;
  /** Files for the configuration of mirrors, absolute; their names tell the format (`formatOfFile`). */
  readonly mirrorConfigs: readonly string[];
  /** Where the bundle's lock goes once its images are there, absolute; absent: nowhere. */
  readonly lockFile?: string;
  /** Where what buildpacks fetch goes, with a binding; absent: nowhere. */
  readonly dependencies?: DependencyTarget;
  readonly connection: ConnectionInputs;
}

export interface LoadOutcome extends PushedBlobs {
  /** Of `SHA256SUMS`. */
  readonly digest: Digest;
  /** Of the lock (`lockDigest`). */
  readonly lock: Digest;
  readonly images: readonly LoadedImage[];
  readonly attachments: number;
  /** Bytes that the registry had already, counted once for each repository. */
  readonly present: number;
  readonly mirrors: readonly MirroredRegistry[];
  /** The folder of the binding that leads buildpacks to their dependencies, if there is one. */
  readonly dependencyBinding?: string;
}

export interface LoadedImage {
  /** As the lock names it. */
  readonly name: string;
  readonly reference: ImageReference;
  /** Of what the reference leads to: the lock's, but for an index that the registry does not take in part. */
  readonly digest: Digest;
  /** By digest, what a node that pulls by itself may ask for (`pullReferences`). */
  readonly pulls: readonly ImageReference[];
}

/**
 * Checks a bundle and puts it on a registry: blobs, manifests, indexes, what is attached to them, and tags at last. What is there is not
 * sent again, so that a run that was ended is continued by the same command.
 *
 * @throws BuildpacksError `image` when the bundle is damaged or incomplete, `policy` when it is another one than was expected: then nothing was pushed
 */
export async function loadBundle(request: LoadRequest, ports: Ports): Promise<LoadOutcome> {
  return explained(ports.signal, async () => {
    const session = openSession(ports, request.connection, []);
    const { log } = session.ports;
    admitRepositories([request.to], ports.network);
    log.phase('check');
    const source = await openBundle(request.bundle, ports.machine.workingDirectory);
    try {
      const bundle = await checkBundle(source, request.expected, log);
      const plan = await planPush(bundle, request.to, session.registry);
      await requirePushRights(plan, session.registry);
      const mirrors = mirroredRegistries(referencesOf(bundle), request.to);
      warnOfGaps(bundle, plan, request.to, log);
      if (request.isRehearsal) return rehearsed(bundle, plan, { request, mirrors });
      const binding = await placeDependencies(bundle, request, log);
      log.phase('push');
      const outcome = await push(bundle, plan, { request, registry: session.registry, log });
      await writeFiles(bundle, mirrors, request);
      return {
        ...outcome,
        digest: bundle.digest,
        lock: lockDigest(bundle.lock),
        present: plan.present,
        mirrors,
        ...optional('dependencyBinding', binding),
      };
    } finally {
      await source.close();
    }
  });
}

async function placeDependencies(
  { lock: { dependencies = [] }, source }: CheckedBundle,
  { dependencies: target }: LoadRequest,
  log: Ports['log'],
): Promise<string | undefined> {
  if (dependencies.length === 0) {
    if (target !== undefined)
      log.warn('the bundle has no dependencies of buildpacks: it was made without --dependencies');
    return undefined;
  }
  if (target !== undefined) return writeDependencies(dependencies, target, source);
  log.warn(`${dependencies.length} dependencies of buildpacks stay in the bundle: name a place with --dependencies-to`);
  return undefined;
}

interface PushWishes {
  readonly request: LoadRequest;
  readonly registry: RegistryClient;
  readonly log: Ports['log'];
}

async function push(
  bundle: CheckedBundle,
  plan: PushPlan,
  { request, registry, log }: PushWishes,
): Promise<PushedBlobs & Pick<LoadOutcome, 'images' | 'attachments'>> {
  const context = { destination: request.to, registry, log };
  const counts = await pushBlobs(plan.blobs, { source: bundle.source, registry, log });
  const images = await pushManifests(bundle.images, context);
  const attachments = await pushManifests(bundle.attachments, context);
  await pushAttachmentTags(attachments, context);
  await listUnderTags(attachments, context);
  await pushTags(images, context);
  return { ...counts, images: images.map((image) => loaded(image, bundle)), attachments: attachments.length };
}

function loaded({ image, reference, root = image.tree.root }: PushedImage, { lock }: CheckedBundle): LoadedImage {
  const pulls = pullReferences(image, lock, reference.repository);
  return { name: imageName(image.reference), reference, digest: root.digest, pulls };
}

function rehearsed(
  bundle: CheckedBundle,
  { blobs, present }: PushPlan,
  { request, mirrors }: { readonly request: LoadRequest; readonly mirrors: readonly MirroredRegistry[] },
): LoadOutcome {
  const { digest, lock, images, attachments } = bundle;
  const lacking = blobs.filter(({ missing }) => missing.length > 0);
  const uploads = lacking.filter(({ from }) => from === undefined);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  const all = sum(lacking.map(({ descriptor, missing }) => descriptor.size * missing.length));
  const uploaded = sum(uploads.map(({ descriptor }) => descriptor.size));
  return {
    digest,
    lock: lockDigest(lock),
    images: images.map((image) => {
      const reference = relocatedReference(image.reference, request.to);
      return loaded({ image, reference, root: image.tree.root }, bundle);
    }),
    attachments: attachments.length,
    present,
    uploaded,
    mounted: all - uploaded,
    mirrors,
  };
}

function referencesOf({ images }: CheckedBundle): readonly ImageReference[] {
  return images.map(({ reference }) => reference);
}

/** What builds need of a bundle beside its images. The lock is the one that was checked: a copy on the medium may be another. */
async function writeFiles(
  { lock }: CheckedBundle,
  mirrors: readonly MirroredRegistry[],
  { lockFile, mirrorConfigs }: LoadRequest,
): Promise<void> {
  const configs = mirrorConfigs.map((file) => [file, mirrorConfig(mirrors, formatOfFile(file))] as const);
  const files = [...configs, ...(lockFile === undefined ? [] : [[lockFile, lockJson(lock)] as const])];
  for (const [file, text] of files) await writeFileWhole(file, [Buffer.from(text)]);
}

function warnOfGaps({ images }: CheckedBundle, { absent }: PushPlan, to: Destination, log: Ports['log']): void {
  const own = images.filter(({ reference }) => reference.repository.registry === to.registry);
  if (own.length > 0) {
    const names = own.map(({ reference }) => imageName(reference)).join(', ');
    log.warn(`builds read images of ${to.registry} under their own names, not below the prefix: ${names}`);
  }
  for (const { digest, urls = [] } of absent) {
    log.warn(`the blob ${digest} is not in the bundle: who needs it gets it from ${plainText(urls.join(', '))}`);
  }
}
