import { describe, expect, it } from 'vitest';
import { formatReference, parseReference } from '../../src/reference/index.ts';
import { parseMirrorLines, parseRegistriesConf, parseRegistryPrefix, routeFor } from '../../src/mirrors/index.ts';

const PREFIX = 'registry.corp/mirror/';

describe('registry-prefix', () => {
  it.each([PREFIX, 'registry.corp:5000/', 'localhost/', '127.0.0.1:5000/a/b/'])('may be %s', (text) => {
    expect(parseRegistryPrefix(text)).toBe(text);
  });

  it.each([
    ['registry.corp/mirror', '"registry.corp/mirror" does not end with a slash'],
    ['https://registry.corp/', '"https://registry.corp/" is no registry with an optional path'],
    ['mirror/', '"mirror/" is no registry with an optional path'],
    ['me:secret@registry.corp', '"…@registry.corp" does not end with a slash'],
  ])('may not be %s', (text, message) => {
    expect(() => parseRegistryPrefix(text)).toThrow(message);
  });

  const places = (name: string, lines: readonly string[] = []) =>
    routeFor({ ...parseMirrorLines(lines), prefix: PREFIX }, parseReference(name)).endpoints.map(
      ({ role, reference }) => `${role} ${formatReference(reference)}`,
    );

  it.each([
    [
      'busybox:1',
      'mirror registry.corp/mirror/docker.io/library/busybox:1',
      'source index.docker.io/library/busybox:1',
    ],
    ['ghcr.io/a/b:2', 'mirror registry.corp/mirror/ghcr.io/a/b:2', 'source ghcr.io/a/b:2'],
  ])('stands before the full name of %s', (name, ...expected) => {
    expect(places(name)).toEqual(expected);
  });

  it.each([
    ['what is below it already', 'registry.corp/mirror/docker.io/a/b:1'],
    ['what is elsewhere on its registry', 'registry.corp/team/app:1'],
    ['a registry on a port, for which a path has no place', 'ghcr.io:5000/a:1'],
  ])('is not put before %s', (_case, name) => {
    expect(places(name)).toEqual([`source ${name}`]);
  });

  it.each([
    ['blocked', parseRegistriesConf('[[registry]]\nlocation = "registry.corp"\nblocked = true\n', 'registries.conf')],
    ['offline', { ...parseMirrorLines([]), reaches: (host: string) => host !== 'registry.corp' }],
  ] as const)('is passed by where its registry is %s', (reason, rules) => {
    const { endpoints, skipped } = routeFor({ ...rules, prefix: PREFIX }, parseReference('busybox:1'));
    expect(endpoints.map(({ role }) => role)).toEqual(['source']);
    expect(skipped).toEqual([{ role: 'mirror', name: 'registry.corp/mirror/docker.io/library/busybox', reason }]);
  });

  it('comes before the rules for mirrors, whichever count', () => {
    expect(places('busybox:1', ['docker.io=hub.corp'])).toEqual([
      'mirror registry.corp/mirror/docker.io/library/busybox:1',
      'mirror hub.corp/library/busybox:1',
      'source index.docker.io/library/busybox:1',
    ]);
  });
});
