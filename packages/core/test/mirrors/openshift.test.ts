import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinMirrorSets, parseMirrorSets } from '../../src/mirrors/openshift.ts';
import { problemsOf } from './support.ts';

const parse = (text: string) => parseMirrorSets(text, 'sets.yaml');

const DIGESTS = `apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: idms-oc-mirror
spec:
  imageDigestMirrors:
  - mirrors:
    - m1.example/ubi
    - m2.example:5000/ubi
    source: r.example/ubi
`;
const TAGS = `apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
spec:
  imageTagMirrors:
  - source: r.example/ubi
    mirrorSourcePolicy: NeverContactSource
    mirrors: [m3.example/ubi]
`;
const LEGACY = `apiVersion: operator.openshift.io/v1alpha1
kind: ImageContentSourcePolicy
spec:
  repositoryDigestMirrors:
  - source: r.example/ubi
    mirrors: [m1.example/ubi, m4.example/ubi]
`;

const summary = (rules: ReturnType<typeof parse>['rules']) =>
  rules.map(({ prefix, mirrors, blocked }) => [
    prefix,
    blocked,
    ...mirrors.map(({ location, scope }) => `${location} ${scope}`),
  ]);

describe('mirror sets of OpenShift', () => {
  it('for digests are read', () => {
    expect(parse(DIGESTS)).toEqual({
      rules: [
        {
          prefix: 'r.example/ubi',
          mirrors: [
            { location: 'm1.example/ubi', insecure: false, scope: 'digest-only' },
            { location: 'm2.example:5000/ubi', insecure: false, scope: 'digest-only' },
          ],
          source: { location: '', insecure: false, scope: 'all' },
          blocked: false,
          place: { file: 'sets.yaml', line: 7, column: 5 },
        },
      ],
      notices: [],
    });
  });

  const JOINED = [
    [
      'r.example/ubi',
      true,
      'm1.example/ubi digest-only',
      'm2.example:5000/ubi digest-only',
      'm3.example/ubi tag-only',
      'm4.example/ubi digest-only',
    ],
  ];

  it('are joined over the documents of a file', () => {
    expect(summary(parse([DIGESTS, TAGS, LEGACY].join('---\n')).rules)).toEqual(JOINED);
  });

  it('are joined over files', () => {
    expect(summary(joinMirrorSets([DIGESTS, TAGS, LEGACY].map(parse)).rules)).toEqual(JOINED);
  });

  it('are found in a list', () => {
    const items = TAGS.split('\n').map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
    expect(summary(parse(`kind: List\napiVersion: v1\nitems:\n${items.join('\n')}`).rules)).toEqual([
      ['r.example/ubi', true, 'm3.example/ubi tag-only'],
    ]);
  });

  it('may lie among other objects, which are told', () => {
    const { rules, notices } = parse(`kind: CatalogSource\n---\n${DIGESTS}---\n`);
    expect(rules).toHaveLength(1);
    expect(notices).toMatchObject([
      { message: expect.stringContaining('"CatalogSource"') as string, place: { line: 1 } },
    ]);
  });

  it.each([
    ['no YAML', 'a: [', 1],
    ['no keys', 'just text', 1],
    ['a document without keys', `${DIGESTS}---\n- a\n`, 12],
    ['a key twice', 'kind: List\nkind: List', 2],
    ['another version', DIGESTS.replace('io/v1', 'io/v2'), 1],
    ['no source', DIGESTS.replace('    source: r.example/ubi\n', ''), 7],
    ['a source that is none', DIGESTS.replace('r.example/ubi', 'https://r.example'), 10],
    ['a mirror that is none', DIGESTS.replace('m2.example:5000/ubi', 'm2'), 8],
    ['mirrors that are no list', TAGS.replace('[m3.example/ubi]', 'm3.example'), 7],
    ['an unknown policy', TAGS.replace('NeverContactSource', 'Never'), 6],
  ])('with %s are refused with the line', (_, text, line) => {
    expect(problemsOf(() => parse(text)).map(({ place }) => [place?.file, place?.line])).toEqual([['sets.yaml', line]]);
  });

  it('are refused over all documents together', () => {
    const wrong = DIGESTS.replace('r.example/ubi', 'r');
    expect(problemsOf(() => parse(`${wrong}---\n${wrong}`))).toHaveLength(2);
  });

  it.each([
    ['nest too deep', '['.repeat(20_000)],
    [
      'multiply themselves',
      `a: &a [x]\n${'bcdefgh'.replace(/./g, (key, at: number) => `${key}: &${key} [${`*${'abcdefg'.charAt(at)},`.repeat(9)}]\n`)}`,
    ],
  ])('that %s are refused', (_, text) => {
    expect(problemsOf(() => parse(text))).not.toEqual([]);
  });

  it('are read or refused, whatever they are', () => {
    const word = fc.constantFrom(
      ...[
        'kind:',
        'ImageDigestMirrorSet',
        'spec:',
        'imageDigestMirrors:',
        'source:',
        'mirrors:',
        'items:',
        'List',
        '__proto__:',
      ],
      ...[
        '\n',
        '\n  ',
        '\n- ',
        '\n  - ',
        ' ',
        ' r.example',
        '---\n',
        '&a',
        '*a',
        '!!set',
        '{',
        '}',
        '[',
        ']',
        '|',
        '%',
        '"',
        '? ',
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    );
    fc.assert(fc.property(text, (file) => problemsOf(() => parse(file)).length >= 0));
  });
});
