import { BuildpacksError } from '../errors/index.ts';
import type { RawManifest } from '../image/manifest.ts';
import { formatRepository } from '../reference/index.ts';
import type { RegistryClient } from '../registry/index.ts';
import type { RollbackTags } from './rollback-tag.ts';
import type { Subject, TagTarget } from './subject.ts';

/** A tag that was moved; `rollback` is the one that keeps the old image. */
export interface MovedTag {
  readonly tag: string;
  readonly rollback?: string;
}

/**
 * Moves the tags to a manifest that is there. Each is looked at right before: one that leads elsewhere than it did is left alone. Registries
 * have no way to compare and change in one step, so that what moves within that moment is not seen.
 *
 * @throws BuildpacksError `temporary` when a tag was moved by somebody else
 */
export async function moveTags(
  subject: Subject,
  raw: RawManifest,
  { registry, rollback }: { readonly registry: RegistryClient; readonly rollback: RollbackTags | undefined },
): Promise<readonly MovedTag[]> {
  const moved: MovedTag[] = [];
  for (const target of subject.targets) {
    const { repository, tag, was } = target;
    const old = was === subject.raw.digest ? rollback?.nameFor(tag, was) : undefined;
    if (old !== undefined) await registry.putManifest(repository, old, subject.raw);
    await requireUnmoved(target, registry);
    await registry.putManifest(repository, tag, raw);
    moved.push({ tag, ...(old !== undefined && { rollback: old }) });
  }
  return moved;
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
