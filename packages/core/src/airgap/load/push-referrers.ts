import { type Descriptor, parseIndex, parseManifest, type RawManifest, rawManifest } from '../../image/manifest.ts';
import { isIndexType, MEDIA_TYPE } from '../../image/media-types.ts';
import { asRecord, asText, optional, parseJson } from '../../json/json.ts';
import { type Digest, formatRepository, type Repository } from '../../reference/index.ts';
import { fallbackTag } from '../content/attachments.ts';
import type { ManifestContext, PushedImage } from './push-manifests.ts';

/**
 * Lets a registry that has no API of referrers have them under the fallback tag: the index there, if there is one, is added to
 * (distribution specification 1.1, "Pushing manifests with subject").
 */
export async function listUnderTags(attachments: readonly PushedImage[], context: ManifestContext): Promise<void> {
  for (const { repository, subject, referrers } of bySubject(attachments)) {
    const listed = await context.registry.ownReferrers(repository, subject);
    if (listed !== undefined) continue;
    await addUnderTag(repository, subject, referrers, context);
  }
}

interface Referrers {
  readonly repository: Repository;
  readonly subject: Digest;
  readonly referrers: readonly Descriptor[];
}

function bySubject(attachments: readonly PushedImage[]): readonly Referrers[] {
  const groups = new Map<string, Referrers>();
  for (const { image, reference } of attachments) {
    const { subject, root } = image.tree;
    if (subject === undefined) continue;
    const { repository } = reference;
    const key = `${formatRepository(repository)}@${subject}`;
    const known = groups.get(key)?.referrers ?? [];
    const isKnown = known.some(({ digest }) => digest === root.digest);
    groups.set(key, { repository, subject, referrers: isKnown ? known : [...known, referrerOf(root)] });
  }
  return [...groups.values()];
}

async function addUnderTag(
  repository: Repository,
  subject: Digest,
  referrers: readonly Descriptor[],
  { registry }: ManifestContext,
): Promise<void> {
  const tag = fallbackTag(subject);
  const there = await registry.ownManifest({ kind: 'tag', repository, tag });
  const known = there !== undefined && isIndexType(there.mediaType) ? parseIndex(there).manifests : [];
  const added = referrers.filter(({ digest }) => known.every((each) => each.digest !== digest));
  if (added.length === 0) return;
  const index = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests: [...known, ...added] };
  await registry.putManifest(repository, tag, rawManifest(Buffer.from(JSON.stringify(index)), MEDIA_TYPE.ociIndex));
}

/** As the API would list it: with the type of the artifact and its annotations. */
function referrerOf(raw: RawManifest): Descriptor & { readonly artifactType?: string } {
  const isIndex = isIndexType(raw.mediaType);
  const { annotations } = isIndex ? parseIndex(raw) : parseManifest(raw);
  const declared = asText(asRecord(parseJson(raw.bytes))?.['artifactType']);
  const artifactType = declared ?? (isIndex ? undefined : parseManifest(raw).config.mediaType);
  return {
    mediaType: raw.mediaType,
    digest: raw.digest,
    size: raw.bytes.length,
    ...optional('artifactType', artifactType),
    ...optional('annotations', annotations),
  };
}
