import { describe, expect, it } from 'vitest';
import { compareLocks, renderChanges } from '../../src/airgap/lock/compare-locks.ts';
import { findLocked } from '../../src/lock/lock.ts';
import { lockJson } from '../../src/lock/lock-json.ts';
import { parseLock } from '../../src/lock/parse-lock.ts';
import { InputError } from '../../src/errors/index.ts';
import { MEDIA_TYPE } from '../../src/image/media-types.ts';
import { parseReference } from '../../src/reference/index.ts';
import { digestWith, SAMPLE_LOCK } from './sample-lock.ts';

const TEXT = lockJson(SAMPLE_LOCK);

function parse(text: string) {
  return parseLock(Buffer.from(text), 'app.lock.json');
}

function problemsOf(text: string): readonly string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
}

describe('a lock', () => {
  it('is read as it was written', () => {
    expect(parse(TEXT)).toEqual(SAMPLE_LOCK);
  });

  it('has the same text whatever the order of its images was', () => {
    const { images, ...rest } = JSON.parse(TEXT) as { images: unknown[] };
    expect(lockJson(parse(JSON.stringify({ images: images.toReversed(), ...rest })))).toBe(TEXT);
  });

  it('has a line for each fact', () => {
    expect(TEXT.split('\n').filter((line) => (line.match(/sha256:/g) ?? []).length > 1)).toEqual([]);
  });

  it.each<[string, (text: string) => string, readonly string[]]>([
    ['no JSON', () => '{', ['schemaVersion: it is no lock: it has no version']],
    [
      'an address that is not https',
      (text) => text.replace('https://downloads.example/jre', 'http://downloads.example/jre'),
      ['dependencies[1].uri: "http://downloads.example/jre-21.tar.gz" is no https address'],
    ],
    [
      'a dependency twice',
      (text) => text.replace(digestWith('f'), digestWith('e')),
      ['dependencies: a digest is in it twice'],
    ],
    [
      'a version without end',
      (text) => text.replace('n": 1', `n": ${'['.repeat(200_000)}${']'.repeat(200_000)}`),
      ['schemaVersion: version a list is not known here, only 1'],
    ],
    [
      'a type that would be a line of its own',
      (text) => text.replace(/"mediaType": "[^"]*"/, '"mediaType": "\\n::add-mask::e"'),
      ['images[0].mediaType: "\\n::add-mask::e" is neither a manifest nor an index'],
    ],
    [
      'a dependency that would be a line of its own',
      (text) => text.replace(/"version": "21[^"]*"/, '"version": "\\n::add-mask::e"'),
      ['dependencies[0].version: "\\n::add-mask::e" is no text of one line'],
    ],
    [
      'a later version',
      (text) => text.replace('n": 1', 'n": 2'),
      ['schemaVersion: version 2 is not known here, only 1'],
    ],
    [
      'an edited digest',
      (text) => text.replace(digestWith('b'), 'sha256:b'),
      ['images[0].platforms[0].digest: "sha256:b" is not a sha256 digest'],
    ],
    [
      'a name in short',
      (text) => text.replace('docker.io/paketobuildpacks/', 'paketobuildpacks/'),
      ['images[0].name: "paketobuildpacks/builder:base" is not the full name of an image'],
    ],
    [
      'two images of one name',
      (text) =>
        text.replace(`registry.example:5000/run:1@${digestWith('d')}`, 'docker.io/paketobuildpacks/builder:base'),
      ['images: "docker.io/paketobuildpacks/builder:base" is in it twice'],
    ],
    [
      'two images for one platform',
      (text) => text.replace('linux/arm/v7', 'linux/amd64'),
      ['images[0].platforms: "linux/amd64" is in it twice'],
    ],
    [
      'another digest than the name has',
      (text) => text.replaceAll(`"digest": "${digestWith('d')}"`, `"digest": "${digestWith('e')}"`),
      [`images[1].digest: "${digestWith('e')}" is another one than the name has`],
    ],
    [
      'a manifest of another digest than its image',
      (text) => text.replace(new RegExp(`"digest": "${digestWith('d')}"(?=[^"]*})`), `"digest": "${digestWith('e')}"`),
      [`images[1].platforms: a manifest has one platform, with its own digest ${digestWith('d')}`],
    ],
    [
      'a key more',
      (text) => text.replace('"roles"', '"comment": 1, "roles"'),
      ['images[0]: it has the key "comment", which is not known here'],
    ],
    [
      'an unknown role',
      (text) => text.replace('"tool"', '"guest"'),
      ['images[1].roles[1]: "guest" is not one of builder, run-image, buildpack, tool'],
    ],
    [
      'no platform',
      (text) => text.replace('linux/arm/v7', 'linux'),
      ['images[0].platforms[1].platform: "linux" is not a platform'],
    ],
    ['no list', () => '{"schemaVersion": 1, "images": {}}', ['images: it is no list']],
    [
      'several faults',
      (text) => text.replace(digestWith('a'), 'x').replace('linux/arm/v7', 'arm'),
      ['images[0].digest: "x" is not a sha256 digest', 'images[0].platforms[1].platform: "arm" is not a platform'],
    ],
  ])('with %s is refused', (_what, edit, problems) => {
    expect(edit(TEXT)).not.toBe(TEXT);
    expect(problemsOf(edit(TEXT))).toEqual(problems.map((problem) => `app.lock.json: ${problem}`));
  });
});

describe('an image in a lock', () => {
  it.each([
    ['its tag', 'paketobuildpacks/builder:base', digestWith('a')],
    ['the digest of its index', `paketobuildpacks/builder@${digestWith('a')}`, digestWith('a')],
    ['the digest of a platform', `paketobuildpacks/builder@${digestWith('c')}`, digestWith('a')],
    ['tag and digest', `registry.example:5000/run:1@${digestWith('d')}`, digestWith('d')],
  ])('is found by %s', (_what, name, digest) => {
    expect(findLocked(SAMPLE_LOCK, parseReference(name))?.digest).toBe(digest);
  });

  it.each([
    ['another tag', 'paketobuildpacks/builder:full'],
    ['another repository', `paketobuildpacks/other@${digestWith('a')}`],
    ['another digest', `paketobuildpacks/builder:base@${digestWith('f')}`],
    ['the tag beside a digest', 'registry.example:5000/run:1'],
  ])('is not found by %s', (_what, name) => {
    expect(findLocked(SAMPLE_LOCK, parseReference(name))).toBeUndefined();
  });
});

describe('two locks', () => {
  const changed = (edit: (text: string) => string) => renderChanges(compareLocks(SAMPLE_LOCK, parse(edit(TEXT))));

  it('that are equal have no changes', () => {
    expect(changed((text) => text)).toEqual([]);
  });

  it.each<[string, (text: string) => string, readonly string[]]>([
    [
      'a digest',
      (text) => text.replace(digestWith('a'), digestWith('9')),
      ['~ docker.io/paketobuildpacks/builder:base', `    ${digestWith('a')} -> ${digestWith('9')}`],
    ],
    [
      'a lifecycle',
      (text) => text.replace('0.21.14', '0.21.17'),
      ['~ docker.io/paketobuildpacks/builder:base', '    linux/amd64: lifecycle 0.21.14 -> 0.21.17'],
    ],
    [
      'the digest of a platform in an index that is the same',
      (text) => text.replace(digestWith('b'), digestWith('9')),
      ['~ docker.io/paketobuildpacks/builder:base', `    linux/amd64: ${digestWith('b')} -> ${digestWith('9')}`],
    ],
    [
      'Platform APIs',
      (text) => text.replace(/"0.14",\s+"0.15"/, '"0.15"'),
      ['~ docker.io/paketobuildpacks/builder:base', '    linux/amd64: Platform API 0.14, 0.15 -> 0.15'],
    ],
    [
      'a media type',
      (text) => text.replace(MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerIndex),
      ['~ docker.io/paketobuildpacks/builder:base', `    ${MEDIA_TYPE.ociIndex} -> ${MEDIA_TYPE.dockerIndex}`],
    ],
    [
      'a dependency',
      (text) => text.replace(digestWith('e'), digestWith('9')),
      [`- dependency jdk@21.0.1 ${digestWith('e')}`, `+ dependency jdk@21.0.1 ${digestWith('9')}`],
    ],
    [
      'a platform',
      (text) => text.replace('linux/arm/v7', 'linux/arm64'),
      ['~ docker.io/paketobuildpacks/builder:base', '    linux/arm/v7 is gone', '    linux/arm64 is new'],
    ],
    [
      'a name',
      (text) => text.replace('builder:base', 'builder:full'),
      [
        '- docker.io/paketobuildpacks/builder:base',
        `    ${digestWith('a')}`,
        '+ docker.io/paketobuildpacks/builder:full',
        `    ${digestWith('a')}`,
      ],
    ],
    [
      'a role',
      (text) => text.replace(/"run-image",\s+"tool"/, '"run-image"'),
      [`~ registry.example:5000/run:1@${digestWith('d')}`, '    needed as run-image, tool -> run-image'],
    ],
  ])('tell of %s', (_what, edit, lines) => {
    expect(changed(edit)).toEqual(lines);
  });
});
