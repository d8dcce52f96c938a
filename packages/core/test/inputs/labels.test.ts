import { describe, expect, test } from 'vitest';
import { messagesOf, parse } from './support.ts';

/** What docker/metadata-action 5 gives for `labels` and, with DOCKER_METADATA_ANNOTATIONS_LEVELS=manifest,index, `annotations`. */
const METADATA = [
  'org.opencontainers.image.created=2026-11-21T09:00:00.000Z',
  'org.opencontainers.image.description=A shop: "fast" & simple, a=b',
  'org.opencontainers.image.licenses=',
  'org.opencontainers.image.source=https://github.com/example/shop',
];
const EXPECTED = {
  'org.opencontainers.image.created': '2026-11-21T09:00:00.000Z',
  'org.opencontainers.image.description': 'A shop: "fast" & simple, a=b',
  'org.opencontainers.image.licenses': '',
  'org.opencontainers.image.source': 'https://github.com/example/shop',
};

describe('labels', () => {
  test.each<[string, string | readonly string[], Readonly<Record<string, string>>]>([
    ["docker/metadata-action's output", METADATA.join('\n'), EXPECTED],
    ['the same with the line ends of Windows', METADATA.join('\r\n'), EXPECTED],
    ['a value that ends in blanks', 'a= b  ', { a: ' b  ' }],
    ['quotes and what shells act upon', `a="'$(id)\`\\`, { a: `"'$(id)\`\\` }],
    ['a value of several lines, from a flag', ['a=1\nb=2'], { a: '1\nb=2' }],
    ['empty lines and comments', '\n  # who\na=1\n', { a: '1' }],
    ['the later of two', 'a=1\na=2', { a: '2' }],
    ['a key that objects know', 'constructor=1', { constructor: '1' }],
    ['a key with a path', 'example.com/team=front', { 'example.com/team': 'front' }],
  ])('are read from %s', (_, labels, expected) => {
    expect(parse({ labels }).labels).toEqual(expected);
  });

  test.each([
    ['without a value', 'maintainer', 'labels: "maintainer" has no value'],
    ['without a key', '=1', 'labels: a value has no key'],
    ['with a blank in the key', 'a b=1', 'labels: "a b" is not a key'],
    ['with quotes around both', '"a=1"', String.raw`labels: "\"a" is not a key`],
    ['that JavaScript would lose', '__proto__=1', 'labels: "__proto__" is not a key'],
    ['with a long key', `${'k'.repeat(256)}=1`, `labels: "${'k'.repeat(60)}…" is not a key`],
  ])('%s are refused', (_, labels, message) => {
    expect(messagesOf({ labels })).toEqual([message]);
  });

  test.each(['io.buildpacks.lifecycle.metadata', 'io.buildpacks.base.id', 'IO.Buildpacks.mine'])(
    'of the lifecycle are refused: %s',
    (key) => {
      expect(messagesOf({ labels: `${key}={}` })).toEqual([expect.stringContaining(`"${key}" is a label of the lif`)]);
    },
  );

  test('are all looked at', () => {
    expect(messagesOf({ labels: 'a\nio.buildpacks.x=1\n=2' })).toHaveLength(3);
  });
});

describe('annotations', () => {
  const levels = (...names: readonly string[]) => METADATA.flatMap((line) => names.map((name) => `${name}:${line}`));

  test.each<[string, readonly string[]]>([
    ["docker/metadata-action's output", levels('manifest')],
    ['lines without a level', METADATA],
    ['lines for several levels at once', levels('index,manifest')],
  ])('are read from %s', (_, lines) => {
    const request = parse({ annotations: lines.join('\n') });
    expect(request).toMatchObject({ annotations: EXPECTED, notices: [] });
  });

  test('for an index are left out with a notice', () => {
    const request = parse({ annotations: levels('manifest', 'index', 'manifest-descriptor').join('\n') });
    expect(request.annotations).toEqual(EXPECTED);
    expect(request.notices).toEqual([
      'annotations: those for index and manifest-descriptor are left out, since one image and no index is published',
    ]);
  });

  test.each([
    ['an unknown level', 'layer:a=1', 'annotations: "layer:a" is for "layer", which is no level of an annotation'],
    [
      'a platform',
      'manifest[linux/amd64]:a=1',
      'annotations: "manifest[linux/amd64]:a" is for "manifest[linux/amd64]", which is no level of an annotation',
    ],
    ['a level and no key', 'manifest:=1', 'annotations: a value has no key'],
    ['no value', 'manifest:a', 'annotations: "manifest:a" has no value'],
  ])('with %s are refused', (_, annotations, message) => {
    expect(messagesOf({ annotations })).toEqual([message]);
  });

  test('may have keys of the lifecycle, which reads none', () => {
    expect(parse({ annotations: 'io.buildpacks.x=1' }).annotations).toEqual({ 'io.buildpacks.x': '1' });
  });
});
