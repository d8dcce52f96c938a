import { optional } from '../json/json.ts';
import { type Digest, familiarReference, type ImageReference } from '../reference/index.ts';
import type { ImageFact } from './facts.ts';
import { policyName } from './image-name.ts';

/**
 * What is written as a tag beside a digest is free text, and no tag to any rule.
 *
 * @param known what is known beside the name
 */
export function imageFact(
  reference: ImageReference,
  known: { readonly digests?: readonly Digest[]; readonly pinned?: boolean } = {},
): ImageFact {
  return {
    shown: familiarReference(reference),
    name: policyName(reference.repository),
    ...(reference.kind === 'tag' && { tag: reference.tag }),
    ...optional('digests', known.digests),
    ...optional('pinned', known.pinned),
  };
}

/** An image on this machine: `docker://NAME`, `oci:DIR`. */
export function localImageFact(name: string, digests?: readonly Digest[]): ImageFact {
  return { shown: name, name, pinned: false, ...optional('digests', digests) };
}
