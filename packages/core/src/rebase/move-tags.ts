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
 * @throws BuildpacksError `temporary` when a tag was moved by somebody else; `image` when no tag is free to keep the old image
 */
export async function moveTags(
  subject: Subject,
  raw: RawManifest,
  { registry, rollback }: { readonly registry: RegistryClient; readonly rollback: RollbackTags | undefined },
): Promise<readonly MovedTag[]> {
  const moved: MovedTag[] = [];
  for (const target of subject.targets) {
    const { repository, tag, was } = target;
    const names = was === subject.raw.digest ? rollback?.namesFor(tag, was) : undefined;
    const old = names && (await freeTag(repository, names, { was, registry }));
    await requireUnmoved(target, registry);
    if (old?.isThere === false) await registry.putManifest(repository, old.tag, subject.raw);
    await registry.putManifest(repository, tag, raw);
    moved.push({ tag, ...(old !== undefined && { rollback: old.tag }) });
  }
  return moved;
}

/** The first of the tags that leads nowhere, or where it should. */
async function freeTag(
  repository: Repository,
  tags: readonly string[],
  { was, registry }: { readonly was: Digest | undefined; readonly registry: RegistryClient },
): Promise<{ readonly tag: string; readonly isThere: boolean }> {
  for (const tag of tags) {
    const head = await registry.headManifest({ kind: 'tag', repository, tag });
    if (head === undefined || head.digest === was) return { tag, isThere: head !== undefined };
  }
  const message = `${tags.join(' and ')} of ${formatRepository(repository)} keep other images`;
  throw new BuildpacksError('image', message, { hint: 'Nothing was moved. Choose another template for keep-old-as.' });
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
