import { describe, expect, test } from 'vitest';
import { pushedRepositories, subjectsOf } from '../../src/doctor/subjects.ts';
import type { RawInputs } from '../../src/inputs/index.ts';
import { familiarReference, formatRepository } from '../../src/reference/index.ts';
import { parse } from '../inputs/support.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function namesOf(raw: RawInputs): readonly string[] {
  return subjectsOf(parse(raw)).images.map(({ purpose, reference }) => `${purpose} ${familiarReference(reference)}`);
}

describe('subjectsOf', () => {
  test.each<[string, RawInputs, readonly string[]]>([
    [
      'builder and image',
      {},
      [
        'builder registry.example/builder:latest',
        'previous-image registry.example/app:latest',
        'destination registry.example/app:latest',
      ],
    ],
    [
      'a run image and a buildpack',
      { 'run-image': 'quay.io/run:1', buildpacks: `docker://quay.io/pack@${DIGEST}`, 'previous-image': 'none' },
      [
        'builder registry.example/builder:latest',
        'run-image quay.io/run:1',
        `buildpack quay.io/pack@${DIGEST}`,
        'destination registry.example/app:latest',
      ],
    ],
    [
      'nothing that is written',
      { publish: 'false', 'previous-image': 'registry.example/old:7' },
      ['builder registry.example/builder:latest', 'previous-image registry.example/old:7'],
    ],
    [
      'the repository of a layer cache',
      { publish: 'false', 'previous-image': 'none', 'cache-store': 'registry:registry.example/cache\ndir:/cache' },
      ['builder registry.example/builder:latest', 'cache registry.example/cache:latest'],
    ],
    ['no builder on a registry', { builder: 'docker://local', publish: 'false', 'previous-image': 'none' }, []],
  ])('finds %s', (_, raw, names) => {
    expect(namesOf(raw)).toEqual(names);
  });

  test('finds archives of buildpacks on the web', () => {
    const { downloads } = subjectsOf(parse({ buildpacks: `https://files.example/pack.tgz#${DIGEST}` }));
    expect(downloads.map(({ href }) => href)).toEqual(['https://files.example/pack.tgz']);
  });
});

test('a repository with several tags is written to once', () => {
  const { images } = subjectsOf(parse({ tags: ['1', '2', 'other.example/app:1'] }));
  expect(pushedRepositories(images).map(formatRepository)).toEqual(['registry.example/app', 'other.example/app']);
});
