import { type BundleContents, formatSize } from '@buildpacks-ci/core';

/** What is in a bundle, for people: a line for each image, for each manifest that belongs to one, and for each dependency. */
export function describeContents(contents: BundleContents): readonly string[] {
  const { images, attachments, dependencies, earlier, size, lock, digest } = contents;
  return [
    ...images.flatMap((image) => [
      `${image.name} ${image.digest}  ${formatSize(image.size)}`,
      ...image.platforms.map(({ platform, digest: found }) => `  ${platform} ${found}`),
    ]),
    ...attachments.map((each) => `${each.name} ${each.digest}  ${formatSize(each.size)}`),
    ...dependencies.map((each) => `${each.id}@${each.version} ${each.digest}  ${formatSize(each.size)}  ${each.uri}`),
    `${images.length} images, ${attachments.length} manifests that belong to them, ${dependencies.length} dependencies of buildpacks: ${formatSize(size)}`,
    ...(earlier === undefined ? [] : [`the bundle of the lock ${earlier} must be loaded before`]),
    `the lock is ${lock}`,
    digest,
  ];
}
