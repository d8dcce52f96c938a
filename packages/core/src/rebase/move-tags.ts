import { BuildpacksError } from '../errors/index.ts';
import type { RawManifest } from '../image/manifest.ts';
import { optional } from '../json/json.ts';
import { type Digest, formatRepository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { RollbackTags } from '../catalog/rollback-tag.ts';
import type { Attachments } from './attachments.ts';
import type { Subject, TagTarget } from './subject.ts';

/** A tag that was moved; `rollback` is the one that keeps the old image. */
export interface MovedTag {
  readonly tag: string;
  readonly rollback?: string;
}

/** What became of the tags of an image. */
export interface TagMoves {
  readonly moved: readonly MovedTag[];
  /** Why some did not move: of the first of them. */
  readonly failure?: { readonly error: unknown };
}

/** What moving tags needs. */
export interface TagContext {
  readonly registry: RegistryClient;
  readonly rollback: RollbackTags | undefined;
  readonly attachments: Pick<Attachments, 'tagsOf'>;
}

/**
 * Moves the tags to a manifest that is there. Each is looked at right before: one that leads elsewhere than it did is left alone. Registries
 * have no way to compare and change in one step, so that what moves within that moment is not seen. A tag that keeps another image is never
 * taken for this one.
 *
 * A tag that does not move leaves the others alone: where the registry holds `1.0.0` for ever, `1` moves all the same. Its reason is a
 * BuildpacksError `temporary` when somebody else has moved it, `image` when no tag is free to keep the old image or the registry lacks that,
 * or what the registry says.
 */
export async function moveTags(subject: Subject, raw: RawManifest, context: TagContext): Promise<TagMoves> {
  const moved: MovedTag[] = [];
  let failure: TagMoves['failure'];
  for (const target of subject.targets) {
    try {
      moved.push(await moveTag(target, raw, { ...context, subject }));
    } catch (error) {
      failure ??= { error };
    }
  }
  return { moved, ...optional('failure', failure) };
}

interface KeepContext extends TagContext {
  readonly subject: Subject;
}

async function moveTag(target: TagTarget, raw: RawManifest, context: KeepContext): Promise<MovedTag> {
  const { repository, tag, was } = target;
  const { registry } = context;
  const old = was === undefined || was === raw.digest ? undefined : await keptAs(target, was, context);
  await requireUnmoved(target, registry);
  if (old?.missing !== undefined) await registry.putManifest(repository, old.tag, old.missing);
  await registry.putManifest(repository, tag, raw);
  return { tag, ...(old !== undefined && { rollback: old.tag }) };
}

/** The tag that keeps what another leads to, if one is wanted; `missing` is what it does not lead to yet. */
async function keptAs(
  target: TagTarget,
  was: Digest,
  context: KeepContext,
): Promise<{ readonly tag: string; readonly missing?: RawManifest } | undefined> {
  const { rollback } = context;
  if (rollback === undefined) return undefined;
  const names = rollback.namesFor(target.tag, was);
  const isOne = (tag: string) => rollback.isOne(tag, new Set([target.tag]));
  const { tag, isThere } = await freeTag({ target, was, names, isOne }, context);
  return isThere ? { tag } : { tag, missing: await oldManifest(target, was, context) };
}

interface KeepWish {
  readonly target: TagTarget;
  readonly was: Digest;
  readonly names: readonly string[];
  /** Whether a tag keeps what the target led to at some time. */
  readonly isOne: (tag: string) => boolean;
}

/**
 * The first of the names that leads nowhere, or where it should. Before them comes the last tag that there is: a registry that lets the
 * target not move would else get another one each day.
 */
async function freeTag(
  { target: { repository, tag: target }, was, names, isOne }: KeepWish,
  { registry, attachments }: TagContext,
): Promise<{ readonly tag: string; readonly isThere: boolean }> {
  const tags = await attachments.tagsOf(repository).catch(() => []);
  const last = [...tags].filter(isOne).sort().slice(-1);
  for (const tag of new Set([...last, ...names])) {
    const head = await registry.headManifest({ kind: 'tag', repository, tag });
    if (head?.digest === was) return { tag, isThere: true };
    if (head === undefined && names.includes(tag)) return { tag, isThere: false };
  }
  const message = `${names.join(' and ')} of ${formatRepository(repository)} keep other images`;
  const hint = `The tag ${target} was not moved. Choose another template for keep-old-as.`;
  throw new BuildpacksError('image', message, { hint });
}

/** What a tag leads to: the image that is rebased, or with `--previous-image` another one. */
async function oldManifest(
  { repository, tag }: TagTarget,
  was: Digest,
  { subject, registry }: KeepContext,
): Promise<RawManifest> {
  if (was === subject.raw.digest) return subject.raw;
  const old = await registry.ownManifest({ kind: 'digest', repository, digest: was });
  if (old !== undefined) return old;
  const message = `${formatRepository(repository)} lacks ${was}, which its tag ${tag} leads to`;
  throw new BuildpacksError('image', message, { hint: 'It can’t be kept, so the tag was not moved.' });
}

async function requireUnmoved({ repository, tag, was }: TagTarget, registry: RegistryClient): Promise<void> {
  const now = await registry.headManifest({ kind: 'tag', repository, tag });
  if (now?.digest === was) return;
  const name = `${formatRepository(repository)}:${tag}`;
  const leads = now === undefined ? 'is gone' : `leads to ${now.digest}`;
  throw new BuildpacksError('temporary', `${name} ${leads} since the rebase began: somebody else has moved it`, {
    hint: 'It was left as it is. Run the rebase again for the image that it leads to now.',
  });
}
