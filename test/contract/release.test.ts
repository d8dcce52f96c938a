import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cutRelease, releaseDate, releaseNotes } from '../../scripts/release/changelog.ts';
import { VERSIONED } from '../../scripts/release/manifests.ts';
import { readRelease, withDigest } from '../../scripts/release/release-file.ts';
import { compareVersions, movingTag, parseVersion, type Version } from '../../scripts/release/version.ts';
import { ROOT } from '../support/documents.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('a version', () => {
  test.each(['', '1', '1.2', 'v1.2.3', '1.2.3-rc.1', '01.2.3', '1.2.3\n', '1.2.3.4', '1.-2.3'])('is not %j', (text) => {
    expect(() => parseVersion(text)).toThrow('is no version');
  });

  test.each<[Version, Version, number]>([
    ['1.2.3', '1.2.3', 0],
    ['1.2.3', '1.2.10', -1],
    ['2.0.0', '1.9.9', 1],
    ['0.10.0', '0.9.1', 1],
  ])('%s is compared with %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });

  test.each<[Version, string | undefined]>([
    ['1.0.0', 'v1'],
    ['12.3.4', 'v12'],
    ['0.9.0', undefined],
  ])('%s moves the tag %s', (version, tag) => {
    expect(movingTag(version)).toBe(tag);
  });
});

describe('the changelog', () => {
  const before = '# Changelog\n\nIntro.\n\n## Unreleased\n\n- New.\n\n## 1.0.0 - 2026-01-02\n\n- First.\n';

  test('gets a section of what was unreleased', () => {
    const after = cutRelease(before, '1.1.0', '2026-02-03');
    expect(releaseNotes(after, '1.1.0')).toBe('- New.');
    expect(releaseNotes(after, '1.0.0')).toBe('- First.');
    expect(after).toContain('## Unreleased\n\n## 1.1.0 - 2026-02-03\n\n- New.');
  });

  test.each<[string, Version]>([
    ['the same version again', '1.0.0'],
    ['an older one', '0.9.0'],
  ])('refuses %s', (_, version) => {
    expect(() => cutRelease(before, version, '2026-02-03')).toThrow('not above 1.0.0');
  });

  test('refuses a release of nothing', () => {
    const nothing = cutRelease(before, '1.1.0', '2026-02-03');
    expect(() => cutRelease(nothing, '1.2.0', '2026-02-03')).toThrow('nothing below');
  });

  test('has the day of each version, and none of what is not released', () => {
    const after = cutRelease(before, '1.1.0', '2026-02-03');
    expect((['1.0.0', '1.1.0', '1.2.0'] as const).map((version) => releaseDate(after, version))).toEqual([
      '2026-01-02',
      '2026-02-03',
      undefined,
    ]);
  });

  test('has no notes for what it does not name', () => {
    expect(() => releaseNotes(before, '1.1.0')).toThrow('no section for 1.1.0');
  });
});

describe('release.json', () => {
  const { version } = readRelease();

  test.each(['toolImage', 'tektonBundle'] as const)(
    'names %s by a digest, which alone changes with another one',
    (image) => {
      const { repository, digest } = readRelease()[image];
      expect(`${repository}@${digest}`).toMatch(/^[\w.-]+(?:\/[\w.-]+)+@sha256:[0-9a-f]{64}$/);
      const other = `sha256:${'12'.repeat(32)}`;
      const changed = withDigest(read('release.json'), image, other);
      expect(changed).not.toBe(read('release.json'));
      expect(changed.replace(other, digest)).toBe(read('release.json'));
    },
  );

  test('has the version of every package', () => {
    const manifests = globSync('packages/*/package.json', { cwd: ROOT });
    expect(manifests.filter((file) => !(file in VERSIONED))).toEqual([]);
  });

  test.each(Object.entries(VERSIONED))('has the version of %s', (file, render) => {
    expect(read(file)).toBe(render(read(file), parseVersion(version)));
  });

  test.each(Object.entries(VERSIONED))('of another version changes nothing but that in %s', (file, render) => {
    const other = render(read(file), '999.998.997');
    expect(other).not.toBe(read(file));
    expect(other.replaceAll('999.998.997', version)).toBe(read(file));
  });
});
