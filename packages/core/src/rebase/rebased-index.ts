import { GO_INDEX } from '../image/go-documents.ts';
import { type RawManifest, rawManifest } from '../image/manifest.ts';
import type { Digest } from '../reference/index.ts';
import { readGo } from './app-image.ts';

/** An index as it will be, and what is not in it any more. */
export interface RebasedIndex {
  readonly raw: RawManifest;
  /** Attestations of images that were replaced: they tell of those. */
  readonly dropped: readonly Digest[];
}

/** How BuildKit ties an attestation to the image that it is about. */
const ABOUT = 'vnd.docker.reference.digest';

/**
 * The index with images replaced, written as Go would: the same images give the same bytes. Everything else stays, in its order, but
 * attestations of what was replaced.
 *
 * @throws RebaseRefusal when it can't be read as Go reads it
 */
export function rebasedIndex(index: RawManifest, replaced: ReadonlyMap<string, RawManifest>): RebasedIndex {
  const document = readGo(GO_INDEX, index.bytes, 'index');
  const entries = document.manifests ?? [];
  const isStale = ({ annotations }: (typeof entries)[number]) => replaced.has(annotations?.[ABOUT] ?? '');
  const manifests = entries
    .filter((entry) => !isStale(entry))
    .map((entry) => {
      const image = replaced.get(entry.digest);
      if (image === undefined) return entry;
      return { ...entry, mediaType: image.mediaType, digest: image.digest, size: image.bytes.length, data: '' };
    });
  return {
    raw: rawManifest(new TextEncoder().encode(GO_INDEX.write({ ...document, manifests })), index.mediaType),
    dropped: entries.filter(isStale).map(({ digest }) => digest as Digest),
  };
}
