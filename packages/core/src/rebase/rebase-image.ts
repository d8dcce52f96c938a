import { allOrFirstFailure, mapInParallel } from '../parallel/parallel.ts';
import type { RawManifest } from '../image/manifest.ts';
import type { Digest } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import { asText, optional } from '../json/json.ts';
import type { Attachment, Attachments } from './attachments.ts';
import type { BlobMover } from '../transfer/blob-mover.ts';
import { putShown } from '../transfer/shown-manifest.ts';
import { moveTags, type MovedTag, type TagMoves } from './move-tags.ts';
import { type Moved, pushRebased } from './push-rebased.ts';
import { rebasedIndex } from './rebased-index.ts';
import type { Change, PlatformReport, RunImageChange } from './report.ts';
import type { RollbackTags } from '../catalog/rollback-tag.ts';
import type { Edition, Subject } from './subject.ts';

/** A rebase that is decided, and not begun. */
export interface PreparedRebase {
  readonly subject: Subject;
  readonly editions: readonly Edition[];
  /** What the tags will lead to. */
  readonly raw: RawManifest;
  readonly change: Change;
}

/** Puts an image together from what was decided for its platforms; undefined when all of them are as they should be. */
export function prepareRebase(subject: Subject, editions: readonly Edition[]): PreparedRebase | undefined {
  const replaced = new Map<string, RawManifest>();
  for (const { app, plan } of editions) {
    if (plan.kind === 'rebase') replaced.set(app.image.raw.digest, plan.rebased.raw);
  }
  const [first] = replaced.values();
  if (first === undefined) return undefined;
  const isIndex = !replaced.has(subject.raw.digest);
  const { raw, dropped } = isIndex ? rebasedIndex(subject.raw, replaced) : { raw: first, dropped: [] };
  // Another name may lead to the result already.
  if (subject.targets.length > 0 && subject.targets.every(({ was }) => was === raw.digest)) return undefined;
  const change = {
    before: subject.raw.digest,
    after: raw.digest,
    ...otherTarget(subject),
    platforms: editions.flatMap(reportEdition),
    droppedAttestations: dropped,
  };
  return { subject, editions, raw, change };
}

function otherTarget({ targets: [target], raw }: Subject): Pick<Change, 'target'> {
  return target === undefined || target.was === raw.digest ? {} : { target: optional('was', target.was) };
}

function reportEdition(edition: Edition): readonly PlatformReport[] {
  const { platform, app, plan } = edition;
  if (plan.kind !== 'rebase') return [];
  const [before, after] = [app.image.raw.digest, plan.rebased.raw.digest];
  return [{ platform, before, after, runImage: runImageChange(edition), decisions: plan.decisions }];
}

/** Which run image takes the place of which. */
export function runImageChange({ app, base }: Pick<Edition, 'app' | 'base'>): RunImageChange {
  const from = asText(app.metadata.runImage.reference);
  return { name: base.name, ...optional('from', from), to: base.reference };
}

export interface RebaseContext {
  readonly registry: RegistryClient;
  readonly mover: BlobMover;
  readonly attachments: Attachments;
  readonly rollback: RollbackTags | undefined;
}

export interface RebaseOutcome {
  readonly moved: Moved;
  readonly movedTags: readonly MovedTag[];
  readonly attachments: readonly Attachment[];
  /** Why not all tags have moved. */
  readonly failure?: TagMoves['failure'];
}

/** Platforms of one image. */
const EDITIONS_AT_ONCE = 4;

/** Layers, configurations and manifests come first, then the index, and tags last, when the registry has shown what they will lead to. */
export async function performRebase(prepared: PreparedRebase, context: RebaseContext): Promise<RebaseOutcome> {
  const { subject, editions, raw, change } = prepared;
  const [to = subject.repository] = subject.targets.map(({ repository }) => repository);
  const { registry } = context;
  const sums: Moved[] = [];
  let attachments: readonly Attachment[] = [];
  await allOrFirstFailure([
    mapInParallel(editions, EDITIONS_AT_ONCE, async (edition) => {
      const { plan } = edition;
      if (plan.kind === 'rebase') sums.push(await pushRebased(edition, plan, { subject, to }, context));
    }),
    attachmentsOf(change, prepared, context).then((found) => (attachments = found)),
  ]);
  const isIndex = !change.platforms.some(({ after }) => after === raw.digest);
  if (isIndex) await putShown(raw, to, registry);
  const { moved: movedTags, ...rest } = await moveTags(subject, raw, context);
  return { moved: total(sums), movedTags, attachments, ...rest };
}

async function attachmentsOf(
  { before, platforms }: Change,
  { subject }: PreparedRebase,
  { attachments }: RebaseContext,
): Promise<readonly Attachment[]> {
  const digests = new Set<Digest>([before, ...platforms.map((platform) => platform.before)]);
  const found = await mapInParallel(digests, EDITIONS_AT_ONCE, (digest) => attachments.of(subject.repository, digest));
  return found.flat();
}

function total(sums: readonly Moved[]): Moved {
  const add = (which: keyof Moved) => ({
    layers: sums.reduce((sum, each) => sum + each[which].layers, 0),
    bytes: sums.reduce((sum, each) => sum + each[which].bytes, 0),
  });
  return { mounted: add('mounted'), copied: add('copied') };
}
