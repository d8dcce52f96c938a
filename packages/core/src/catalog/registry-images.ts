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
  /** Repositories that would not tell their tags: the others are listed all the same. */
  readonly failures: readonly { readonly repository: Repository; readonly error: BuildpacksError }[];
}

/**
 * Every tag of every repository at and below a prefix. Tags of signatures, attestations and other referrers (`sha256-…`) and those of our
 * layer caches are left out. Where a registry gives no catalogue, the prefix itself may still be a repository.
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
      return tags.filter((tag) => !isAside(tag)).map((tag): ImageReference => ({ kind: 'tag', repository, tag }));
    } catch (error) {
      if (!(error instanceof BuildpacksError) || error.code === 'cancelled') throw error;
      failures.push({ repository, error });
      return [];
    }
  });
  return { images: lists.flat(), failures };
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

/** Tags that registries and tools hang other things on: the referrers tag schema, cosign, our caches. */
function isAside(tag: string): boolean {
  return /^sha(256|512)-[0-9a-f]{16,}/.test(tag) || keyOfTag(tag) !== undefined;
}
