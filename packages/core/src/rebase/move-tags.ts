import { BuildpacksError } from '../errors/index.ts';
import type { RawManifest } from '../image/manifest.ts';
import { type Digest, formatRepository, type Repository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { RollbackTags } from '../catalog/rollback-tag.ts';
import type { Subject, TagTarget } from './subject.ts';

/** A tag that was moved; `rollback` is the one that keeps the old image. */
export interface MovedTag {
  readonly tag: string;
  readonly rollback?: string;
}

/**
 * Moves the tags to a manifest that is there. Each is looked at right before: one that leads elsewhere than it did is left alone. Registries
 * have no way to compare and change in one step, so that what moves within that moment is not seen. A tag that keeps another image is never
 * taken for this one.
 *
 * @throws BuildpacksError `temporary` when a tag was moved by somebody else; `image` when no tag is free to keep the old image, or the registry
 *   lacks that
 */
export async function moveTags(
  subject: Subject,
  raw: RawManifest,
  wishes: Omit<KeepContext, 'subject'>,
): Promise<readonly MovedTag[]> {
  const context = { ...wishes, subject };
  const { registry } = wishes;
  const moved: MovedTag[] = [];
  for (const target of subject.targets) {
    const { repository, tag, was } = target;
    const old = was === undefined || was === raw.digest ? undefined : await keptAs(target, was, context);
    await requireUnmoved(target, registry);
    if (old?.missing !== undefined) await registry.putManifest(repository, old.tag, old.missing);
    await registry.putManifest(repository, tag, raw);
    moved.push({ tag, ...(old !== undefined && { rollback: old.tag }) });
  }
  return moved;
}

interface KeepContext {
  readonly subject: Subject;
  readonly registry: RegistryClient;
  readonly rollback: RollbackTags | undefined;
}

/** The tag that keeps what another leads to, if one is wanted; `missing` is what it does not lead to yet. */
async function keptAs(
  target: TagTarget,
  was: Digest,
  { subject, registry, rollback }: KeepContext,
): Promise<{ readonly tag: string; readonly missing?: RawManifest } | undefined> {
  const { repository } = target;
  const names = rollback?.namesFor(target.tag, was);
  if (names === undefined) return undefined;
  const { tag, isThere } = await freeTag(repository, names, { was, registry });
  return isThere ? { tag } : { tag, missing: await oldManifest(target, was, { subject, registry }) };
}

/** The first of the tags that leads nowhere, or where it should. */
async function freeTag(
  repository: Repository,
  tags: readonly string[],
  { was, registry }: { readonly was: Digest; readonly registry: RegistryClient },
): Promise<{ readonly tag: string; readonly isThere: boolean }> {
  for (const tag of tags) {
    const head = await registry.headManifest({ kind: 'tag', repository, tag });
    if (head === undefined || head.digest === was) return { tag, isThere: head !== undefined };
  }
  const message = `${tags.join(' and ')} of ${formatRepository(repository)} keep other images`;
  throw new BuildpacksError('image', message, { hint: 'Nothing was moved. Choose another template for keep-old-as.' });
}

/** What a tag leads to: the image that is rebased, or with `--previous-image` another one. */
async function oldManifest(
  { repository, tag }: TagTarget,
  was: Digest,
  { subject, registry }: Omit<KeepContext, 'rollback'>,
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
