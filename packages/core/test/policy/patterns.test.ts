import { describe, expect, test } from 'vitest';
import { parseAge } from '../../src/policy/duration.ts';
import type { ImageFact } from '../../src/policy/facts.ts';
import { imageFact, localImageFact } from '../../src/policy/image-fact.ts';
import { matchImage, parseImagePattern } from '../../src/policy/image-pattern.ts';
import { matchModule, parseModulePattern } from '../../src/policy/module-pattern.ts';
import { type Digest, parseReference } from '../../src/reference/index.ts';
import { parseVersionRange } from '../../src/policy/version-range.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const OTHER = `sha256:${'b'.repeat(64)}` as const;

const image = (text: string, digests?: readonly Digest[]): ImageFact =>
  imageFact(parseReference(text), digests === undefined ? {} : { digests });

function match(pattern: string, fact: ImageFact) {
  const parsed = parseImagePattern(pattern);
  if (typeof parsed === 'string') throw new Error(parsed);
  return matchImage(parsed, fact);
}

describe('a pattern of images', () => {
  test.each([
    ['registry.example/base/*', 'registry.example/base/java:1', 'yes'],
    ['registry.example/base/*', 'registry.example/base/java/old:1', 'no'],
    ['registry.example/base/**', 'registry.example/base/java/old:1', 'yes'],
    ['registry.example/base/*', 'registry.example.org/base/java', 'no'],
    ['registry.example/base', 'registry.example/base/java', 'no'],
    ['**', 'registry.example/anything:1', 'yes'],
    ['**:edge', 'registry.example/anything:edge', 'yes'],
    ['registry.example/ba.e/*', 'registry.example/base/java', 'no'],
    ['*/team/**', 'registry.example:5000/team/app', 'yes'],
    ['registry.example:5000/team/*', 'registry.example:5000/team/app', 'yes'],
    ['docker.io/library/busybox', 'busybox', 'yes'],
    ['docker.io/busybox', 'busybox', 'yes'],
    ['index.docker.io/paketobuildpacks/*', 'paketobuildpacks/builder', 'yes'],
    ['registry.example/run:1.*', 'registry.example/run:1.4', 'yes'],
    ['registry.example/run:1.*', 'registry.example/run:2', 'no'],
    ['registry.example/run:1.*', `registry.example/run@${DIGEST}`, 'maybe'],
    ['registry.example/run:1.*', `registry.example/run:1.4@${DIGEST}`, 'maybe'],
    ['registry.example/run', 'registry.example:443/run:1', 'yes'],
    ['registry.example:443/*', 'registry.example/run:1', 'yes'],
    ['docker.io/library/*', 'docker.io:443/library/busybox:1', 'yes'],
    ['registry.example/run', `registry.example/run@${DIGEST}`, 'yes'],
    [`registry.example/run@${DIGEST}`, 'registry.example/run:1', 'maybe'],
    [`registry.example/run@${DIGEST}`, 'registry.example/walk:1', 'no'],
  ] as const)('%s and %s: %s', (pattern, text, expected) => {
    expect(match(pattern, image(text))).toBe(expected);
  });

  test.each([
    [[OTHER, DIGEST], 'yes'],
    [[OTHER], 'no'],
    [[], 'no'],
  ] as const)('with a digest looks at all that the image has: %j', (digests, expected) => {
    expect(match(`registry.example/run@${DIGEST}`, image('registry.example/run:1', digests))).toBe(expected);
  });

  test.each([
    ['docker://**', 'docker://team/builder:1', 'yes'],
    ['oci:**', 'docker://team/builder:1', 'no'],
    ['**', 'oci:/builds/builder', 'yes'],
    ['docker.io/**', 'docker://docker.io/builder', 'no'],
  ] as const)('%s and %s, which is on this machine: %s', (pattern, name, expected) => {
    expect(match(pattern, localImageFact(name))).toBe(expected);
  });

  test.each(['busybox', 'team/app', '', 'registry.example', 'registry.example/run@sha256:abc', 'a/b@c@d'])(
    'is not "%s"',
    (text) => {
      expect(parseImagePattern(text)).toContain(`"${text}"`);
    },
  );
});

describe('a range of versions', () => {
  test.each([
    ['1.2.3', '1.2.3', 'yes'],
    ['1.2.3', '1.2.30', 'no'],
    ['1.2', '1.2.30', 'yes'],
    ['1.2', '1.20.0', 'no'],
    ['1.*', '1.9.1', 'yes'],
    ['1.*', '10.0.0', 'no'],
    ['*', 'anything', 'yes'],
    ['>=1.2 <3', '1.2.0', 'yes'],
    ['>=1.2 <3', '3.0.0', 'no'],
    ['>=1.2 <3', '1.10.0', 'yes'],
    ['>1.2', '1.2.0', 'no'],
    ['<=1.2', '1.2.0', 'yes'],
    ['=1.2', '1.2.0', 'yes'],
    ['<2', '2.0.0-rc.1', 'yes'],
    ['<2 || >=4', '4.1.0', 'yes'],
    ['<2 || >=4', '3.0.0', 'no'],
    ['>=1', 'unversioned', 'maybe'],
    ['<5.6', '5.5', 'yes'],
    ['<5.6', '5.5.0.1', 'maybe'],
    ['<5.6', '5.5.0_1', 'maybe'],
    ['<5.6', '05.5.0', 'maybe'],
    ['<2 || >=4', 'odd', 'maybe'],
    ['>=1 <2', 'odd', 'maybe'],
    ['1.2.3', '1.2.3+1', 'maybe'],
    ['1.2.3', '1.2.4+1', 'no'],
    ['1.2', 'v1.2.x', 'maybe'],
  ])('%s holds %s: %s', (range, version, expected) => {
    expect(parseVersionRange(range)?.(version)).toBe(expected);
  });

  test.each(['', 'new', '>=', '>= 1', '^1.2', '~1', '1.2 ||', '>=1.x'])('is not "%s"', (text) => {
    expect(parseVersionRange(text)).toBeUndefined();
  });
});

describe('a pattern of buildpacks', () => {
  test.each([
    ['paketo-buildpacks/*', { id: 'paketo-buildpacks/java', version: '1.0.0' }, 'yes'],
    ['paketo-buildpacks/*', { id: 'paketo-buildpacks-evil/java', version: '1.0.0' }, 'no'],
    ['*/java@>=2', { id: 'example/java', version: '2.1.0' }, 'yes'],
    ['*/java@>=2', { id: 'example/java', version: '1.9.0' }, 'no'],
  ])('%s and %j: %s', (text, module, expected) => {
    const pattern = parseModulePattern(text);
    expect(typeof pattern === 'object' && matchModule(pattern, module)).toBe(expected);
  });

  test.each(['', '@1', 'a b', 'example/java@new'])('is not "%s"', (text) => {
    expect(typeof parseModulePattern(text)).toBe('string');
  });
});

test.each([
  ['36h', 36 * 3_600_000],
  ['30d', 30 * 86_400_000],
  ['6w', 42 * 86_400_000],
  ['0d', undefined],
  ['30', undefined],
  ['1.5d', undefined],
  ['1y', undefined],
])('the age "%s" is %j', (text, expected) => {
  expect(parseAge(text)).toBe(expected);
});
