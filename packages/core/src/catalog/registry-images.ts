import { keyOfTag } from '../cache/store/registry-tag.ts';
import { BuildpacksError } from '../errors/index.ts';
import { mapInParallel } from '../parallel/parallel.ts';
import type { ImageReference, Repository } from '../reference/index.ts';
import { type RegistryClient, RegistryError, type RepositoryPrefix } from '../registry/index.ts';

/** What a look for images needs of a registry. */
export type ListingRegistry = Pick<RegistryClient, 'repositories' | 'tags'>;

export interface ListingOptions {
  /** Repositories that are asked for their tags at once. */
  readonly parallel: number;
  readonly signal: AbortSignal;
}

/** What was found below a prefix. */
export interface FoundImages {
  /** By repository, and in the registry's order of tags. */
  readonly images: readonly ImageReference[];
  /** By their names no images, but what hangs on these: signatures, attestations and other referrers (`sha256-…`), and our layer caches. */
  readonly attached: readonly ImageReference[];
  /** Repositories that would not tell their tags: the others are listed all the same. */
  readonly failures: readonly { readonly repository: Repository; readonly error: BuildpacksError }[];
}

/**
 * Every tag of every repository at and below a prefix. Where a registry gives no catalogue, the prefix itself may still be a repository.
 *
 * @throws RegistryError when the registry can't be asked, or has no catalogue and no such repository
 */
export async function imagesBelow(
  prefix: RepositoryPrefix,
  registry: ListingRegistry,
  { parallel, signal }: ListingOptions,
): Promise<FoundImages> {
  const failures: { readonly repository: Repository; readonly error: BuildpacksError }[] = [];
  const lists = await mapInParallel(await repositoriesBelow(prefix, registry, signal), parallel, async (repository) => {
    try {
      const tags = await registry.tags(repository, signal);
      return tags.map((tag): ImageReference => ({ kind: 'tag', repository, tag }));
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      failures.push({ repository, error });
      return [];
    }
  });
  const all = lists.flat();
  const images = all.filter((reference) => !isAttached(reference));
  return { images, attached: all.filter(isAttached), failures };
}

async function repositoriesBelow(
  prefix: RepositoryPrefix,
  registry: ListingRegistry,
  signal: AbortSignal,
): Promise<readonly Repository[]> {
  try {
    return await registry.repositories(prefix, signal);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.status === undefined || prefix.path === '') throw error;
    const isRepository = await registry.tags(prefix, signal).then(
      (tags) => tags.length > 0,
      () => false,
    );
    if (isRepository) return [prefix];
    throw error;
  }
}

/**
 * Whether tools hang other things on the tag. Anybody may push an image under such a name, so that it must not be looser than it is.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery
 */
function isAttached({ tag = '' }: ImageReference): boolean {
  return /^sha(?:256|512)-(?:[0-9a-f]{64}){1,2}(?:\.\w+)?$/.test(tag) || keyOfTag(tag) !== undefined;
}
