import { describe, expect, it } from 'vitest';
import { parseDestination, relocated } from '../../src/airgap/load/destination.ts';
import { formatOfFile, MIRROR_FORMATS, mirrorConfig, mirroredRegistries } from '../../src/airgap/load/mirror-config.ts';
import { parseMirrorLines, parseMirrorSets, parseRegistriesConf, routeFor } from '../../src/mirrors/index.ts';
import { formatReference, formatRepository, parseReference } from '../../src/reference/index.ts';

describe('an image in a closed network', () => {
  it.each([
    ['busybox:1', 'registry.corp/mirror', 'registry.corp/mirror/docker.io/library/busybox'],
    ['ghcr.io/a/b:1', 'registry.corp:5000', 'registry.corp:5000/ghcr.io/a/b'],
    ['127.0.0.1:5000/a', 'localhost/deep/er/', 'localhost/deep/er/127.0.0.1_5000/a'],
    ['[::1]:5000/a', 'registry.corp/m', 'registry.corp/m/ipv6_z-z-1_5000/a'],
    ['1:5000/a', 'registry.corp/m', 'registry.corp/m/1_5000/a'],
  ])('%s below %s is %s', (name, to, place) => {
    const moved = relocated(parseReference(name).repository, parseDestination(to));
    expect(formatRepository(moved)).toBe(place);
    expect(parseReference(place).repository).toEqual(moved);
  });

  it.each([
    ['mirror/images', 'does not begin with a registry'],
    ['', 'does not begin with a registry'],
    ['https://registry.corp/a', 'does not begin with a registry'],
    ['registry.corp/a:1', 'has a tag or a digest'],
    ['registry.corp/Upper', 'is not a repository path component'],
  ])('can not be below "%s"', (to, message) => {
    expect(() => parseDestination(to)).toThrow(message);
  });

  it('has a name that registries take', () => {
    const long = `registry.corp/${'a'.repeat(200)}`;
    const repository = parseReference(`ghcr.io/${'b'.repeat(60)}`).repository;
    expect(() => relocated(repository, parseDestination(long))).toThrow(/more than 255 characters/);
  });
});

describe('the configuration of mirrors', () => {
  const images = [
    'busybox:1',
    'paketobuildpacks/builder:base',
    '127.0.0.1:5000/run:2',
    '[::1]:5000/run:2',
    '1.10/run:2',
  ].map((name) => parseReference(name));
  const to = parseDestination('registry.corp/mirror');
  const mirrors = mirroredRegistries(images, to);
  const READERS = {
    lines: (text: string) => parseMirrorLines(text.trimEnd().split('\n')),
    'registries-conf': (text: string) => parseRegistriesConf(text, 'mirrors.conf'),
    openshift: (text: string) => parseMirrorSets(text, 'mirrors.yaml'),
  };

  it.each(MIRROR_FORMATS)('as %s leads by tag and by digest to where the images are', (format) => {
    const rules = READERS[format](mirrorConfig(mirrors, format));
    for (const image of images) {
      const byDigest = { kind: 'digest', repository: image.repository, digest: `sha256:${'1'.repeat(64)}` } as const;
      for (const reference of [image, byDigest]) {
        const [first] = routeFor(rules, reference).endpoints;
        expect(first && formatReference(first.reference)).toBe(
          formatReference({ ...reference, repository: relocated(image.repository, to) }),
        );
      }
    }
  });

  it('has no rule for the registry that has the images: its names lead to what it has', () => {
    const own = ['registry.corp/team/app:1', 'busybox:1'].map((name) => parseReference(name));
    expect(mirroredRegistries(own, to)).toEqual([{ registry: 'docker.io', mirror: 'registry.corp/mirror/docker.io' }]);
  });

  it.each([
    ['mirrors.txt', 'lines'],
    ['mirrors', 'lines'],
    ['registries.conf', 'registries-conf'],
    ['idms.yaml', 'openshift'],
    ['idms.YML', 'openshift'],
  ])('in %s is %s', (file, format) => {
    expect(formatOfFile(file)).toBe(format);
  });
});
