import { describe, expect, it } from 'vitest';
import { parseHostsToml } from '../../src/mirrors/hosts-toml.ts';
import { parseMirrorLines } from '../../src/mirrors/lines.ts';
import { mergeRules } from '../../src/mirrors/merge.ts';
import { parseRegistriesConf } from '../../src/mirrors/registries-conf.ts';

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

  it('tell nothing of the rule for all others, which is there to give way', () => {
    const fallback = parseHostsToml('[host."https://m.example"]', '/certs.d/_default/hosts.toml', '_default');
    expect(mergeRules([fallback, parseMirrorLines(['a.example=n.example'])]).notices).toEqual([]);
  });

  it('keep the notices of each', () => {
    const noisy = parseRegistriesConf('unqualified-search-registries = []', 'r.conf');
    expect(mergeRules([noisy, noisy]).notices).toHaveLength(2);
  });
});
