import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDropIns, parseRegistriesConf } from '../../src/mirrors/registries-conf.ts';
import { problemsOf } from './support.ts';

const parse = (text: string) => parseRegistriesConf(text, 'r.conf');
const REGISTRY = '[[registry]]\nlocation = "a.example"\n';

describe('registries.conf', () => {
  it('is read', () => {
    const text = `
      [[registry]]
      prefix = "docker.io/library"
      location = "b.example/x/"
      insecure = true
      [[registry.mirror]]
      location = "M.example:5000/y"
      pull-from-mirror = "tag-only"
      namespace-proxy = "docker.io"
      [[registry]]
      prefix = "*.c.example"
      blocked = true`;
    expect(parse(text)).toEqual({
      rules: [
        {
          prefix: 'docker.io/library',
          source: { location: 'b.example/x', insecure: true, scope: 'all' },
          mirrors: [{ location: 'm.example:5000/y', insecure: false, scope: 'tag-only', namespace: 'docker.io' }],
          blocked: false,
          place: { file: 'r.conf', line: 2, column: 7 },
        },
        {
          prefix: '*.c.example',
          source: { location: '', insecure: false, scope: 'all' },
          mirrors: [],
          blocked: true,
          place: { file: 'r.conf', line: 10, column: 7 },
        },
      ],
      notices: [],
    });
  });

  it('of version 1 is refused with what to write', () => {
    const problems = problemsOf(() => parse('[registries.insecure]\nregistries = ["a.example"]'));
    expect(problems).toMatchObject([
      {
        message: expect.stringContaining('version 1') as string,
        hint: expect.stringContaining('[[registry]]') as string,
      },
    ]);
  });

  it.each([
    ['no TOML', '[[registry]\n', 1],
    ['no table', 'registry = 1', 1],
    ['a rule with nothing', '[[registry]]\nblocked = true', 1],
    ['a location with a scheme', '[[registry]]\nlocation = "https://a.example"', 2],
    ['a location that is none', '[[registry]]\nlocation = "a.example/UP"', 2],
    ['a location of the wrong type', '[[registry]]\nprefix = "*.a"\nlocation = 1', 3],
    ['a prefix without location', '[[registry]]\nprefix = "a.example"', 2],
    ['a prefix with a scheme', '[[registry]]\nlocation = "a.example"\nprefix = "http://a.example"', 3],
    ['a wildcard with a port', '[[registry]]\nprefix = "*.a.example:5000"', 2],
    ['pull-from-mirror of a registry', `${REGISTRY}pull-from-mirror = "all"`, 3],
    ['a mirror without location', `${REGISTRY}[[registry.mirror]]\ninsecure = true`, 3],
    ['a mirror with an empty location', `${REGISTRY}[[registry.mirror]]\nlocation = ""`, 3],
    ['an unknown scope', `${REGISTRY}[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "x"`, 5],
    [
      'two ways to say digests only',
      `${REGISTRY}mirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "all"`,
      6,
    ],
    ['two minds about insecure', `${REGISTRY}${REGISTRY}prefix = "b.example"\ninsecure = true`, 6],
    ['two minds about blocked', `${REGISTRY}blocked = true\n${REGISTRY}prefix = "b.example"`, 4],
  ])('with %s is refused with the line', (_, text, line) => {
    expect(problemsOf(() => parse(text)).map(({ place }) => [place?.file, place?.line])).toEqual([['r.conf', line]]);
  });

  it('tells every problem', () => {
    expect(
      problemsOf(() => parse('[[registry]]\nlocation = "x"\ninsecure = 1\n[[registry]]\nblocked = "y"')),
    ).not.toHaveLength(1);
  });

  it.each([
    ['search registries', 'unqualified-search-registries = ["a.example"]', /not used/],
    ['aliases', '[aliases]\nfedora = "r.example/fedora"', /not used/],
    ['a key that is not known', `${REGISTRY}insecrue = true`, /did you mean "insecure"/],
    ['a prefix twice', `${REGISTRY}${REGISTRY}`, /in line 1: this one is not used/],
    ['a prefix with a tag', `${REGISTRY}prefix = "a.example/app:1"`, /matches no image/],
  ])('with %s says so', (_, text, message) => {
    expect(parse(text).notices.map((notice) => notice.message)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ['pass', 1],
    ['containers-auth.json', 0],
  ])('tells that the helper "%s" is not used: %i notices', (helper, notices) => {
    expect(parse(`credential-helpers = ["${helper}"]`).notices).toHaveLength(notices);
  });

  it('has credential helpers', () => {
    expect(parse('credential-helpers = ["pass"]').credentialHelpers).toEqual(['pass']);
  });

  it('is read or refused, whatever it is', () => {
    const word = fc.constantFrom(
      ...['[[registry]]', '[[registry.mirror]]', '[aliases]', 'location', 'prefix', 'insecure', 'blocked', '__proto__'],
      ...['=', '"a.example"', '"*.a"', '"%"', 'true', '1', '[]', '{}', '[{}]', '1979-05-27', '\n', '\n', '.', '"'],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    );
    fc.assert(fc.property(text, (file) => problemsOf(() => parse(file)).length >= 0));
  });
});

describe('drop-ins', () => {
  const rule = (location: string, mirror: string) =>
    `[[registry]]\nlocation = "${location}"\n[[registry.mirror]]\nlocation = "${mirror}"\n`;

  it('replace whole rules of the same prefix, the last one counting', () => {
    const main = parse(rule('a.example', 'm1.example') + rule('b.example', 'm2.example'));
    const dropIns = [parse(rule('a.example', 'm3.example')), parse(rule('a.example', 'm4.example'))];
    const { rules } = applyDropIns(main, dropIns);
    expect(rules.map(({ prefix, mirrors }) => [prefix, ...mirrors.map(({ location }) => location)])).toEqual([
      ['a.example', 'm4.example'],
      ['b.example', 'm2.example'],
    ]);
  });

  it.each([
    [['credential-helpers = []'], []],
    [['', 'credential-helpers = ["b"]', ''], ['b']],
    [[''], ['a']],
  ])('%j leave the helpers %j', (texts, helpers) => {
    expect(applyDropIns(parse('credential-helpers = ["a"]'), texts.map(parse)).credentialHelpers).toEqual(helpers);
  });
});
