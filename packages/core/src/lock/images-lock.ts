import { stringify } from 'yaml';
import { mirrorName } from '../mirrors/index.ts';
import { compareText, imageName } from './image-name.ts';
import type { Lock } from './lock.ts';

/** An image in a list for tools that relocate images. */
export interface ListedImage {
  /** In full and by digest: `docker.io/library/busybox@sha256:…`. */
  readonly image: string;
  /** The name under which it was found, with its tag. */
  readonly id: string;
}

/** The images of a lock by name and digest, one under several names once, in the order of their names. */
export function listedImages({ images }: Lock): readonly ListedImage[] {
  const byImage = new Map<string, ListedImage>();
  for (const { reference, digest } of images) {
    const image = `${mirrorName(reference.repository)}@${digest}`;
    if (!byImage.has(image)) byImage.set(image, { image, id: imageName(reference) });
  }
  return [...byImage.values()].sort((a, b) => compareText(a.image, b.image));
}

/**
 * The text of an `ImagesLock` (`imgpkg.carvel.dev/v1alpha1`; carvel-dev/imgpkg, `pkg/imgpkg/lockconfig`), which `imgpkg` and `kbld` read: it
 * knows these keys and no others, and takes images by digest only. Equal lists give equal bytes.
 */
export function imagesLockYaml(images: readonly ListedImage[]): string {
  const lock = {
    apiVersion: 'imgpkg.carvel.dev/v1alpha1',
    kind: 'ImagesLock',
    images: images.map(({ image, id }) => ({ image, annotations: { 'kbld.carvel.dev/id': id } })),
  };
  return `---\n${stringify(lock, { lineWidth: 0 })}`;
}
