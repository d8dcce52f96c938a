import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';

const VERSION = 'version = 1\n';

function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'p.toml');
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('each key is a rule, at its own line, with the message of its table', () => {
  const policy = parsePolicy(
    `${VERSION}help = "https://help.example"\n\n[builders]\nallow = ["a.example/*"]\npinned = true\nmessage = "Ask us."\n`,
    'p.toml',
  );
  expect(policy).toMatchObject({
    name: 'p.toml',
    help: 'https://help.example',
    rules: [
      { name: 'builders.allow', place: { file: 'p.toml', line: 5, column: 1 }, message: 'Ask us.' },
      { name: 'builders.pinned', place: { file: 'p.toml', line: 6, column: 1 }, message: 'Ask us.' },
    ],
  });
});

test('a topic may have several tables, each with a message of its own', () => {
  const text = `${VERSION}[[environment]]\ndeny = ["LD_*"]\nmessage = "one"\n[[environment]]\ndeny = ["*_TOKEN"]\nmessage = "two"\n`;
  expect(parsePolicy(text, 'p.toml').rules.map(({ message }) => message)).toEqual(['one', 'two']);
});

test('a flag that is false is no rule', () => {
  expect(parsePolicy(`${VERSION}[build]\nhermetic = false\nlocked = true\n`, 'p').rules).toMatchObject([
    { name: 'build.locked' },
  ]);
});

test('the digest is that of the text', () => {
  expect(parsePolicy(VERSION, 'a').digest).toBe(parsePolicy(VERSION, 'b').digest);
});

describe('what is wrong', () => {
  test.each([
    ['no version', '', ['p.toml: version: it is missing']],
    ['another version', 'version = 2\n[nonsense]\n', ['p.toml:1:1: version: 2 is not known here']],
    ['a version in quotes', 'version = "1"', ['p.toml:1:1: version: "1" is not known here']],
    ['no TOML', 'version = \n', ['policy: it is not valid TOML']],
    ['an unknown topic', `${VERSION}[builder]\nallow = []\n`, ['p.toml:2:1: builder: this key is not known']],
    [
      'an unknown key',
      `${VERSION}[builders]\nalow = []\n`,
      ['p.toml:3:1: builders.alow: this key is not known', 'p.toml:2:1: builders: it has no rule'],
    ],
    [
      'a list that is none',
      `${VERSION}[builders]\nallow = "x"\n`,
      ['p.toml:3:1: builders.allow: it must be an array of strings'],
    ],
    [
      'a pattern',
      `${VERSION}[run-images]\nallow = ["busybox"]\n`,
      ['p.toml:3:1: run-images.allow: "busybox" does not begin with a registry'],
    ],
    ['an age', `${VERSION}[run-images]\nmax-age = "old"\n`, ['p.toml:3:1: run-images.max-age: "old" is no age']],
    [
      'a version of a buildpack',
      `${VERSION}[buildpacks]\ndeny = ["a/b@x"]\n`,
      ['p.toml:3:1: buildpacks.deny: "x" is no range of versions'],
    ],
    ['an origin', `${VERSION}[buildpacks]\nfrom = ["moon"]\n`, ['p.toml:3:1: buildpacks.from: "moon" is no origin']],
    [
      'a host',
      `${VERSION}[registries]\nallow = ["a.example/b"]\n`,
      ['p.toml:3:1: registries.allow: "a.example/b" is no host'],
    ],
    ['a label', `${VERSION}[labels]\nrequire = ["=x"]\n`, ['p.toml:3:1: labels.require: "=x" has no name of a label']],
    [
      'a variable',
      `${VERSION}[environment]\ndeny = ["A=B"]\n`,
      ['p.toml:3:1: environment.deny: "A=B" is no name of a variable'],
    ],
    ['a flag', `${VERSION}[build]\nlocked = "yes"\n`, ['p.toml:3:1: build.locked: it must be true or false']],
    ['a topic that is no table', `${VERSION}builders = 1\n`, ['p.toml:2:1: builders: it must be an array of tables']],
  ])('%s', (_name, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(expected.length);
    expected.forEach((beginning, index) => {
      expect(problems[index]).toContain(beginning);
    });
  });

  test('is told all together', () => {
    expect(problemsOf(`${VERSION}[builders]\nallow = 1\n[targets]\nallow = 2\n[nonsense]\n`)).toHaveLength(3);
  });

  test('comes with the name that was meant', () => {
    const parse = () => parsePolicy(`${VERSION}[builders]\nallow = []\ndenny = []\n`, 'p.toml');
    expect(parse).toThrow(expect.objectContaining({ hint: 'Did you mean "deny"?' }));
  });
});
