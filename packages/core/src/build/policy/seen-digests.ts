import { findLocked, type Lock } from '../../lock/lock.ts';
import { type Digest, formatReference, type ImageReference } from '../../reference/index.ts';
import type { RegistryReader } from '../../registry/index.ts';

/** A reader that remembers what names stood for. */
export interface ObservedReader {
  readonly reader: RegistryReader;
  /** Of the index and of the platform's manifest; empty when nobody has asked. */
  readonly digestsOf: (reference: ImageReference) => readonly Digest[];
}

/** Rules name an image by the digest of its index or of its manifest: whoever resolves it keeps only one. */
export function observed(reader: RegistryReader, lock: Lock | undefined): ObservedReader {
  const seen = new Map<string, readonly Digest[]>();
  return {
    reader: {
      ...reader,
      resolve: async (reference, platform) => {
        const found = await reader.resolve(reference, platform);
        const digests =
          found === undefined ? [] : [found.manifest.digest, ...(found.index ? [found.index.digest] : [])];
        seen.set(formatReference(reference), digests);
        return found;
      },
    },
    digestsOf: (reference) => {
      const locked = lock && findLocked(lock, reference)?.digest;
      return [...(seen.get(formatReference(reference)) ?? []), ...(locked === undefined ? [] : [locked])];
    },
  };
}
