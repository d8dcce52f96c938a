import { describe, expect, it } from 'vitest';
import { explainRoute } from '../../src/mirrors/explain.ts';
import { parseMirrorLines } from '../../src/mirrors/lines.ts';
import { mergeRules } from '../../src/mirrors/merge.ts';
import { parseRegistriesConf } from '../../src/mirrors/registries-conf.ts';
import { parseReference } from '../../src/reference/index.ts';
import { DIGEST } from './support.ts';

const conf = (prefix: string, mirror: string) =>
  parseRegistriesConf(`[[registry]]\nlocation = "${prefix}"\n[[registry.mirror]]\nlocation = "${mirror}"`, 'r.conf');

describe('several sets of rules', () => {
  it('are put together', () => {
    const { rules, notices } = mergeRules([parseMirrorLines(['a.example=m.example']), conf('b.example', 'n.example')]);
    expect(rules.map(({ prefix }) => prefix)).toEqual(['a.example', 'b.example']);
    expect(notices).toEqual([]);
  });

  it('with the same prefix: the first counts, and the other is told', () => {
    const { rules, notices } = mergeRules([parseMirrorLines(['a.example=m.example']), conf('a.example', 'n.example')]);
    expect(rules.map(({ mirrors }) => mirrors.map(({ location }) => location))).toEqual([['m.example']]);
    expect(notices).toEqual([
      {
        message: 'the mirror rule for "a.example" is not used: registry-mirrors has one that comes first',
        place: { file: 'r.conf', line: 1, column: 1 },
      },
    ]);
  });

  it('that say the same are no conflict', () => {
    expect(mergeRules([conf('a.example', 'n.example'), conf('a.example', 'n.example')]).notices).toEqual([]);
  });

  it('tell where a later one is more specific', () => {
    const { notices } = mergeRules([parseMirrorLines(['a.example=m.example']), conf('a.example/ns', 'n.example')]);
    expect(notices).toMatchObject([{ message: expect.stringContaining('it is more specific') as string }]);
  });

  it('keep the notices of each', () => {
    const noisy = parseRegistriesConf('unqualified-search-registries = []', 'r.conf');
    expect(mergeRules([noisy, noisy]).notices).toHaveLength(2);
  });
});

describe('the explanation of a reference', () => {
  const text = `
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "m.example/hub"
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "n.example/hub"
insecure = true
pull-from-mirror = "tag-only"
[[registry]]
location = "a.example"
blocked = true
`;
  const explain = (reference: string) => explainRoute(parseRegistriesConf(text, 'r.conf'), parseReference(reference));

  it('of a tag', () => {
    expect(explain('busybox:1')).toEqual([
      'busybox:1: the rule for "docker.io" (r.conf:2) is the most specific one',
      '1. n.example/hub/library/busybox:1, a mirror, insecure',
      '2. docker.io/library/busybox:1, the source itself',
      'not asked: m.example/hub, this mirror may not resolve tags',
    ]);
  });

  it('of a digest', () => {
    expect(explain(`busybox@${DIGEST}`).slice(1)).toEqual([
      `1. m.example/hub/library/busybox@${DIGEST}, a mirror, for digests only`,
      `2. docker.io/library/busybox@${DIGEST}, the source itself`,
      'not asked: n.example/hub, this mirror is for tags only',
    ]);
  });

  it('of one that is refused', () => {
    expect(explain('a.example/app:1').slice(1)).toEqual([
      'refused: nothing is left to ask',
      'not asked: a.example/app, the source is blocked',
    ]);
  });

  it('of one without a rule', () => {
    expect(explain('b.example/app:1')).toEqual([
      'b.example/app:1: no mirror rule matches "b.example/app"',
      '1. b.example/app:1, the source itself',
    ]);
  });
});
