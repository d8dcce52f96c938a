import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildpacksError, InputError } from '../../src/errors/index.ts';
import { endpointsFor } from '../../src/mirrors/endpoints.ts';
import { parseMirrorLines } from '../../src/mirrors/lines.ts';
import { parseRegistriesConf } from '../../src/mirrors/registries-conf.ts';
import { findRule } from '../../src/mirrors/route.ts';
import { parseReference } from '../../src/reference/index.ts';
import { DIGEST, names } from './support.ts';

const conf = (text: string) => parseRegistriesConf(text, 'registries.conf');
const asked = (text: string, reference: string) => names(endpointsFor(conf(text), parseReference(reference)));

describe('the endpoints of a reference', () => {
  it('are the registry itself where no rule matches', () => {
    expect(asked('', 'a.example/app:1')).toEqual(['a.example/app:1']);
  });

  it('of a short name are those of docker.io', () => {
    const text = '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "m.example/hub"';
    expect(asked(text, 'busybox:1')).toEqual(['m.example/hub/library/busybox:1', 'index.docker.io/library/busybox:1']);
  });

  it.each(['index.docker.io', 'registry-1.docker.io', 'DOCKER.IO'])('know Docker Hub as %s', (name) => {
    const text = `[[registry]]\nlocation = "${name}/library"\n[[registry.mirror]]\nlocation = "m.example/hub"`;
    expect(asked(text, 'busybox:1')[0]).toBe('m.example/hub/busybox:1');
  });

  it('keep a tag that is written beside the digest', () => {
    const rules = parseMirrorLines(['a.example=m.example']);
    const [mirror] = endpointsFor(rules, parseReference(`a.example/app:1@${DIGEST}`));
    expect(mirror.reference).toEqual({
      kind: 'digest',
      repository: { registry: 'm.example', path: 'app' },
      digest: DIGEST,
      tag: '1',
    });
  });

  it.each([
    [['a.example=a.example'], ['a.example']],
    [
      ['a.example=m.example', 'a.example=a.example'],
      ['m.example', 'a.example'],
    ],
    [
      ['a.example=a.example', 'a.example=m.example'],
      ['a.example', 'm.example', 'a.example'],
    ],
  ])('do not name the source twice in a row: %s', (lines, hosts) => {
    const endpoints = endpointsFor(parseMirrorLines(lines), parseReference('a.example/app:1'));
    expect(names(endpoints)).toEqual(hosts.map((host) => `${host}/app:1`));
    expect(endpoints.at(-1)?.role).toBe('source');
  });

  it('name a mirror once that two entries make the same', () => {
    const mirrors = '[[registry.mirror]]\nlocation = "m.example"\n'.repeat(2);
    const text = `[[registry]]\nlocation = "a.example"\n${mirrors}`;
    expect(asked(text, 'a.example/app:1')).toEqual(['m.example/app:1', 'a.example/app:1']);
  });

  it('follow the location of the source', () => {
    const text = '[[registry]]\nprefix = "a.example/old"\nlocation = "b.example/new"';
    expect(asked(text, 'a.example/old/app:1')).toEqual(['b.example/new/app:1']);
  });

  it('are insecure where the mirror or a rule for its own name says so', () => {
    const text = [
      '[[registry]]\nlocation = "a.example"',
      '[[registry.mirror]]\nlocation = "m.example"\ninsecure = true',
      '[[registry.mirror]]\nlocation = "n.example"',
      '[[registry]]\nlocation = "n.example"\ninsecure = true',
    ].join('\n');
    const endpoints = endpointsFor(conf(text), parseReference('a.example/app:1'));
    expect(endpoints.map(({ insecure }) => insecure)).toEqual([true, true, false]);
  });

  it.each([
    ['location = "a.example"', 'a.example/app:1', true],
    ['location = "a.example/team"', 'a.example/team/app:1', true],
    ['location = "a.example/team"', 'a.example/app:1', true],
    ['prefix = "x.example"\nlocation = "a.example"', 'x.example/app:1', true],
    ['location = "docker.io"', 'busybox', true],
    ['location = "a.example"', 'a.example:5000/app:1', false],
    ['prefix = "*.example"', 'a.example/app:1', false],
    ['prefix = "*.example"\nlocation = "a.example"', 'x.example/app:1', true],
  ])('are insecure by exact host and port: %s, %s: %s', (location, reference, insecure) => {
    const endpoints = endpointsFor(conf(`[[registry]]\n${location}\ninsecure = true`), parseReference(reference));
    expect(endpoints.map((endpoint) => endpoint.insecure)).toEqual([insecure]);
  });

  it('are not insecure for a wildcard, which a notice says', () => {
    const { notices } = conf('[[registry]]\nprefix = "*.example"\ninsecure = true');
    expect(notices).toEqual([
      {
        message: expect.stringContaining('insecure-registries') as string,
        place: { file: 'registries.conf', line: 3, column: 1 },
      },
    ]);
  });

  it('say who may resolve tags', () => {
    const text =
      '[[registry]]\nlocation = "a.example"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m.example"';
    const endpoints = endpointsFor(conf(text), parseReference(`a.example/app@${DIGEST}`));
    expect(endpoints.map(({ resolvesTags }) => resolvesTags)).toEqual([false, true]);
  });
});

describe('a blocked registry', () => {
  const blocked = '[[registry]]\nlocation = "a.example"\nblocked = true\n';

  it('is refused by the policy, naming the rule', () => {
    const act = () => asked(blocked, 'a.example/app:1');
    expect(act).toThrow(BuildpacksError);
    expect(act).toThrow(/"a\.example\/app:1".*"a\.example" \(registries\.conf:1\)/);
  });

  it('is served by its mirrors', () => {
    expect(asked(`${blocked}[[registry.mirror]]\nlocation = "m.example"`, 'a.example/app:1')).toEqual([
      'm.example/app:1',
    ]);
  });

  it('is refused for a tag when its mirrors are for digests', () => {
    const text = `${blocked}[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "digest-only"`;
    expect(() => asked(text, 'a.example/app:1')).toThrow(/leaves no server that may resolve tags/);
  });

  it('is no mirror', () => {
    const text = `${blocked}[[registry]]\nlocation = "b.example"\n[[registry.mirror]]\nlocation = "a.example"`;
    expect(asked(text, 'b.example/app:1')).toEqual(['b.example/app:1']);
  });
});

describe('a rule that makes no name', () => {
  it('is no matter where the mirror is not asked', () => {
    const text =
      '[[registry]]\nlocation = "a.example/app"\n[[registry.mirror]]\nlocation = "m.example"\npull-from-mirror = "digest-only"';
    expect(asked(text, 'a.example/app:1')).toEqual(['a.example/app:1']);
  });

  it('is not helped by Docker Hub, whose own images have a namespace', () => {
    expect(() => asked('[[registry]]\nprefix = "a.example"\nlocation = "docker.io"', 'a.example/app:1')).toThrow(
      InputError,
    );
  });

  it('is told with its place', () => {
    const text = '[[registry]]\nprefix = "a.example/app"\nlocation = "b.example"';
    expect(() => asked(text, 'a.example/app:1')).toThrow(InputError);
    expect(() => asked(text, 'a.example/app:1')).toThrow(/^registries\.conf:1:1: /);
  });
});

describe('any rules', () => {
  const component = fc.constantFrom('a', 'b', 'lib', 'x-y');
  const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const prefix = fc.tuple(
    fc.constantFrom('r.example', 's.r.example', '*.example'),
    fc.array(component, { maxLength: 3 }),
  );
  const prefixes = fc.array(
    prefix.map(([host, parts]) => (host.startsWith('*') ? host : [host, ...parts].join('/'))),
    {
      maxLength: 6,
    },
  );
  const suffix = fc.constantFrom(':1', ':latest', `@${DIGEST}`);

  it('let the longest prefix win, whatever their order', () => {
    fc.assert(
      fc.property(prefixes, path, (written, rest) => {
        const { rules } = parseMirrorLines(written.map((text) => `${text}=m.example/p`));
        const name = `r.example/${rest}`;
        const found = findRule({ rules, notices: [] }, name)?.prefix;
        expect(findRule({ rules: rules.toReversed(), notices: [] }, name)?.prefix).toBe(found);
        const matching = written.filter((text) => text === '*.example' || name === text || name.startsWith(`${text}/`));
        expect(found?.length).toBe(
          matching.length === 0 ? undefined : Math.max(...matching.map((text) => text.length)),
        );
      }),
    );
  });

  it('keep the tag and the digest, and the source last', () => {
    fc.assert(
      fc.property(prefixes, path, suffix, (written, rest, end) => {
        const rules = parseMirrorLines(written.map((text) => `${text}=m.example/p/q`));
        const reference = parseReference(`r.example/${rest}/app${end}`);
        const endpoints = names(endpointsFor(rules, reference));
        expect(endpoints.every((name) => name.endsWith(`app${end}`))).toBe(true);
        expect(endpoints.at(-1)).toBe(`r.example/${rest}/app${end}`);
      }),
    );
  });
});
