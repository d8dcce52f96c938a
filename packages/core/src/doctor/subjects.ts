import { previousCandidates } from '../build/prepare/previous-image.ts';
import type { BuildRequest, BuildpackLocator } from '../inputs/index.ts';
import type { CacheStoreLocation } from '../inputs/request.ts';
import { formatReference, formatRepository, type ImageReference, type Repository } from '../reference/index.ts';
import { type Reading, readingOf } from './locked.ts';
import type { ImagePurpose } from './report.ts';

/** An image that a build reads or writes. */
export interface Subject {
  readonly purpose: ImagePurpose;
  readonly reference: ImageReference;
}

export type StoredCache = Extract<CacheStoreLocation, { readonly kind: 'dir' | 'registry' }>;

/** Everything on the network that the inputs name. The builder names more: its run image. */
export interface Subjects {
  /** In the order in which people think of them, none twice for one purpose. */
  readonly images: readonly Subject[];
  /** Archives of buildpacks. */
  readonly downloads: readonly URL[];
}

/** Pure: looks at nothing but the request. What a lock names is there as it is read, by digest. */
export function subjectsOf(request: BuildRequest): Subjects {
  const { builder, runImage, previousImage, destinations } = request;
  const locators = locatorsOf(request);
  const previous =
    previousImage.kind === 'image'
      ? [previousImage.reference]
      : previousImage.kind === 'auto'
        ? previousCandidates(destinations)
        : [];
  const images = [
    ...(builder?.kind === 'registry' ? [subject('builder', builder.reference)] : []),
    ...(runImage === undefined ? [] : [subject('run-image', runImage.reference)]),
    ...locators.flatMap(imageOf).map((reference) => subject('buildpack', reference)),
    ...previous.map((reference) => subject('previous-image', reference)),
    ...(request.publish ? destinations : []).map((reference) => subject('destination', reference)),
    ...storedCaches(request).flatMap(cacheOf),
  ];
  const read = images.map((each) => ({ ...each, ...only(readingOf(each, request)) }));
  const keys = read.map(({ purpose, reference }) => `${purpose} ${formatReference(reference)}`);
  return {
    images: read.filter((_, index) => keys.indexOf(keys[index] ?? '') === index),
    downloads: locators.flatMap((locator) => (locator.kind === 'url' ? [new URL(locator.url)] : [])),
  };
}

/** What can't be read keeps its name: a check tells. */
function only(reading: Reading): Partial<Subject> {
  return 'reference' in reading ? reading : {};
}

export function locatorsOf(request: BuildRequest): readonly BuildpackLocator[] {
  return [...request.buildpacks, ...request.preBuildpacks, ...request.postBuildpacks];
}

/** The repositories that are written to, each once. */
export function pushedRepositories(images: readonly Subject[]): readonly Repository[] {
  const written = images
    .filter(({ purpose }) => purpose === 'destination')
    .map(({ reference }) => reference.repository);
  return [...new Map(written.map((repository) => [formatRepository(repository), repository])).values()];
}

/** The stores of the layer cache whose ways can be tried. */
export function storedCaches({ cache }: BuildRequest): readonly StoredCache[] {
  const isTried = (store: CacheStoreLocation): store is StoredCache =>
    store.kind === 'dir' || store.kind === 'registry';
  return cache.mode === 'off' ? [] : cache.stores.filter(isTried);
}

/** Only the builder tells which tag it has. */
function cacheOf(store: StoredCache): readonly Subject[] {
  if (store.kind !== 'registry') return [];
  return [subject('cache', { kind: 'tag', repository: store.repository, tag: 'latest' })];
}

function subject(purpose: ImagePurpose, reference: ImageReference): Subject {
  return { purpose, reference };
}

/** A bare name may also be an id on the builder: only that can tell. */
function imageOf(locator: BuildpackLocator): readonly ImageReference[] {
  return locator.kind === 'image' ? [locator.reference] : [];
}
