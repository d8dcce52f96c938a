import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imagesLockYaml, listedImages } from '../../src/lock/images-lock.ts';
import type { Lock, LockedImage } from '../../src/lock/lock.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { parseReference } from '../../src/reference/index.ts';
import { digestWith, SAMPLE_LOCK } from '../airgap/sample-lock.ts';

function image(name: string, character: string): LockedImage {
  const digest = digestWith(character);
  return {
    reference: parseReference(name),
    roles: ['run-image'],
    digest,
    mediaType: MEDIA_TYPE.ociIndex,
    platforms: [],
  };
}

function textOf(lock: Lock): string {
  return imagesLockYaml(listedImages(lock));
}

describe('a list of images for relocation', () => {
  it('has the keys that imgpkg knows and no others, each image by its digest', () => {
    expect(parse(textOf(SAMPLE_LOCK))).toEqual({
      apiVersion: 'imgpkg.carvel.dev/v1alpha1',
      kind: 'ImagesLock',
      images: [
        {
          image: `docker.io/paketobuildpacks/builder@${digestWith('a')}`,
          annotations: { 'kbld.carvel.dev/id': 'docker.io/paketobuildpacks/builder:base' },
        },
        {
          image: `registry.example:5000/run@${digestWith('d')}`,
          annotations: { 'kbld.carvel.dev/id': `registry.example:5000/run:1@${digestWith('d')}` },
        },
      ],
    });
  });

  it('names an image once that the lock has by two tags', () => {
    const images = [image('registry.example/run:1', 'a'), image('registry.example/run:latest', 'a')];
    expect(listedImages({ images }).map(({ id }) => id)).toEqual(['registry.example/run:1']);
  });

  it('has the same text whatever the order of the images was', () => {
    const images = [image('b.example/x:1', 'a'), image('a.example/x:1', 'b'), image('a.example/x:2', 'c')];
    expect(textOf({ images: images.toReversed() })).toBe(textOf({ images }));
  });

  it('folds no line, however long a name is', () => {
    const name = `registry.example/${'long/'.repeat(40)}name`;
    expect(textOf({ images: [image(name, 'a')] })).toContain(`  - image: ${name}@${digestWith('a')}\n`);
  });
});
