import { expect, it } from 'vitest';
import { askedPlaces, type MirrorRules, parseMirrorLines, parseRegistriesConf } from '../../src/mirrors/index.ts';
import { parseReference } from '../../src/reference/index.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const NONE: MirrorRules = { rules: [], notices: [] };
const CONF = `[[registry]]
location = "docker.io/corp"
[[registry.mirror]]
location = "cache.corp/corp"
`;

it.each<[string, MirrorRules, string, readonly string[]]>([
  ['no rule', NONE, 'corp/run:1', ['docker.io/corp/run']],
  ['no rule, by digest', NONE, `corp/run@${DIGEST}`, [`docker.io/corp/run@${DIGEST}`]],
  [
    'a prefix',
    { ...NONE, prefix: 'registry.corp/mirrow/' },
    'corp/run:1',
    ['registry.corp/mirrow/docker.io/corp/run by registry-prefix', 'docker.io/corp/run'],
  ],
  [
    'a line',
    parseMirrorLines(['docker.io=cache.corp/hub']),
    'corp/run:1',
    ['cache.corp/hub/corp/run by registry-mirrors', 'docker.io/corp/run'],
  ],
  [
    'a file, where only the mirror is in reach',
    {
      rules: parseRegistriesConf(CONF, 'registries.conf').rules,
      notices: [],
      reaches: (host) => host === 'cache.corp',
    },
    'corp/run:1',
    ['cache.corp/corp/run by registries.conf:1'],
  ],
])('an image is looked for by %s', (_what, rules, name, expected) => {
  const places = askedPlaces(rules, parseReference(name));
  expect(
    places.map(
      ({ name: place, digest, origin }) =>
        `${place}${digest === undefined ? '' : `@${digest}`}${origin === undefined ? '' : ` by ${origin}`}`,
    ),
  ).toEqual(expected);
});
