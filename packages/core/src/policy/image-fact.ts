import type { ImageConfig } from '../image/manifest.ts';
import { optional } from '../json/json.ts';
import { mirrorName } from '../mirrors/index.ts';
import { type Digest, familiarReference, type ImageReference } from '../reference/index.ts';
import type { ImageFact } from './facts.ts';

/** @param known what is known beside the name */
export function imageFact(
  reference: ImageReference,
  known: { readonly digests?: readonly Digest[]; readonly pinned?: boolean } = {},
): ImageFact {
  return {
    shown: familiarReference(reference),
    name: mirrorName(reference.repository),
    ...optional('tag', reference.tag),
    ...optional('digests', known.digests),
    ...optional('pinned', known.pinned),
  };
}

/** An image on this machine: `docker://NAME`, `oci:DIR`. */
export function localImageFact(name: string, digests?: readonly Digest[]): ImageFact {
  return { shown: name, name, pinned: false, ...optional('digests', digests) };
}

/** Where an image that says 1980 may tell the truth. */
const TIME_LABELS = ['io.buildpacks.base.released', 'org.opencontainers.image.created'] as const;
/** What is said to be older was made to be reproducible. */
const EARLIEST = Date.UTC(1981, 0);

/** When an image was made, in milliseconds since the epoch; null when it does not tell. */
export function creationTime({ created, config }: Pick<ImageConfig, 'created' | 'config'>): number | null {
  const told = [created, ...TIME_LABELS.map((name) => config.Labels[name])];
  return told.map((text) => Date.parse(text ?? '')).find((time) => time >= EARLIEST) ?? null;
}
