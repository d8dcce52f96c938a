import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree } from '../inputs/support.ts';
import { parse, problemsOf, warningsOf } from './support.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const V2 = '[_]\nschema-version = "0.2"\n';
const V3 = '[_]\nschema-version = "0.3"\n';

describe('schema versions', () => {
  test('an empty file is schema 0.1', () => {
    expect(parse('')).toEqual({
      file: 'project.toml',
      schemaVersion: '0.1',
      metadata: { authors: [], licenses: [] },
      files: { kind: 'all' },
      group: [],
      pre: [],
      post: [],
      variables: [],
      warnings: [],
    });
  });

  test('0.1', () => {
    const project = parse(`
[project]
id = "i"
name = "n"
version = "1"
authors = ["a"]
documentation-url = "d"
source-url = "s"
[[project.licenses]]
type = "MIT"
[build]
include = ["src"]
builder = "b"
[[build.buildpacks]]
id = "x"
version = "1"
[[build.env]]
name = "A"
value = ""
[[build.pre.group]]
id = "pre"
[[build.post.group]]
id = "post"
[metadata]
any = 1
`);

    expect(project).toMatchObject({
      schemaVersion: '0.1',
      metadata: {
        id: 'i',
        name: 'n',
        version: '1',
        authors: ['a'],
        documentationUrl: 'd',
        sourceUrl: 's',
        licenses: [{ type: 'MIT' }],
      },
      builder: { image: 'b', place: { line: 13 } },
      files: { kind: 'include', patterns: ['src'] },
      group: [{ locator: { kind: 'on-builder', id: 'x', version: '1' }, key: 'build.buildpacks[0]' }],
      pre: [{ locator: { kind: 'on-builder', id: 'pre' } }],
      post: [{ locator: { kind: 'on-builder', id: 'post' } }],
      variables: [{ name: 'A', value: '', execEnv: [] }],
      warnings: [],
    });
  });

  test.each(['0.2', '0.3'])('%s', (version) => {
    const project = parse(`
[_]
schema-version = "${version}"
id = "i"
name = "n"
[_.metadata]
any = 1
[[_.licenses]]
uri = "https://l.example"
[io.buildpacks]
builder = "b"
exclude = ["/dist", "!/dist/keep"]
[[io.buildpacks.group]]
id = "x"
[[io.buildpacks.pre.group]]
id = "pre"
[[io.buildpacks.post.group]]
id = "post"
[[io.buildpacks.build.env]]
name = "A"
value = "1=2\\n"
[my.own]
table = 1
`);

    expect(project).toMatchObject({
      schemaVersion: version,
      metadata: { id: 'i', name: 'n', licenses: [{ uri: 'https://l.example' }] },
      builder: { image: 'b' },
      files: { kind: 'exclude', patterns: ['/dist', '!/dist/keep'] },
      group: [{ locator: { kind: 'on-builder', id: 'x' }, key: 'io.buildpacks.group[0]', place: { line: 13 } }],
      pre: [{ locator: { kind: 'on-builder', id: 'pre' } }],
      post: [{ locator: { kind: 'on-builder', id: 'post' } }],
      variables: [{ name: 'A', value: '1=2\n' }],
      warnings: [],
    });
  });

  test('exec-env is read in 0.3', () => {
    const text =
      '[[io.buildpacks.group]]\nid = "x"\nexec-env = ["test"]\n[[io.buildpacks.build.env]]\nname = "A"\nvalue = "1"\nexec-env = ["production"]\n';

    expect(parse(V3 + text)).toMatchObject({
      group: [{ execEnv: ['test'] }],
      variables: [{ execEnv: ['production'] }],
    });
    expect(warningsOf(V2 + text)).toEqual([
      '5: io.buildpacks.group[0].exec-env: this key is not known and not read',
      '9: io.buildpacks.build.env[0].exec-env: this key is not known and not read',
    ]);
  });

  test('the early form of env in 0.2', () => {
    const old = '[[io.buildpacks.env.build]]\nname = "A"\nvalue = "old"\n';
    const current = '[[io.buildpacks.build.env]]\nname = "A"\nvalue = "new"\n';

    expect(parse(V2 + old).variables).toMatchObject([{ value: 'old' }]);
    expect(parse(V2 + old + current).variables).toMatchObject([{ value: 'new' }]);
    expect(parse(V3 + old).variables).toEqual([]);
  });

  test('another version is an error', () => {
    expect(problemsOf('[_]\nschema-version = "0.4"\n')).toEqual([
      'project.toml:2:1: _.schema-version: "0.4" is not a schema version',
    ]);
  });
});

describe('scripts', () => {
  const head = `${V2}[[io.buildpacks.group]]\n`;

  test('a script becomes a buildpack of its own', () => {
    const text = `${head}id = "me/setup"\n[io.buildpacks.group.script]\napi = "0.10"\ninline = '''\necho "$1"\n'''\n`;

    expect(parse(text).group).toMatchObject([
      {
        locator: {
          kind: 'inline',
          id: 'me/setup',
          version: '0.0.0',
          api: '0.10',
          shell: '/bin/sh',
          script: 'echo "$1"\n',
        },
      },
    ]);
  });

  test('version and shell are taken', () => {
    const text = `${head}id = "x"\nversion = "1"\nscript = { api = "0.10", inline = "true", shell = "/bin/bash" }\n`;

    expect(parse(text).group).toMatchObject([{ locator: { kind: 'inline', version: '1', shell: '/bin/bash' } }]);
  });

  test.each([
    [
      'id = "x"\nscript = { inline = "true" }',
      '5:1: io.buildpacks.group[0].script.api: a script needs the Buildpack API that it is for',
    ],
    ['id = "x"\nscript = { api = "0.10" }', '5:1: io.buildpacks.group[0].script.inline: a script needs its text'],
    [
      'id = "x"\nuri = "./x"\nscript = { api = "0.10", inline = "true" }',
      '6:1: io.buildpacks.group[0].script: a buildpack has a uri or a script, not both',
    ],
    [
      'id = "../x y"\nscript = { api = "0.10", inline = "true" }',
      '5:1: io.buildpacks.group[0].script: "../x y" is not an id',
    ],
    [
      'id = "x"\nscript = { api = "0.10", inline = "true", shell = "a\\nb" }',
      '5:1: io.buildpacks.group[0].script.shell: it must be one line',
    ],
  ])('%j', (text, message) => {
    expect(problemsOf(`${head}${text}\n`)).toEqual([`project.toml:${message}`]);
  });
});

describe('what is wrong', () => {
  test.each([
    ['[[io.buildpacks.group]]\nversion = "1"', '3:1: io.buildpacks.group[0]: a buildpack needs an id or a uri'],
    [
      '[[io.buildpacks.group]]\nuri = "./x"\nversion = "1"',
      '5:1: io.buildpacks.group[0].version: a buildpack with a uri has no version',
    ],
    [
      '[[io.buildpacks.pre.group]]\nid = "a b"',
      '4:1: io.buildpacks.pre.group[0].id: "a b" is not the id of a buildpack',
    ],
    ['[[_.licenses]]\nname = "MIT"', '3:1: _.licenses[0]: a license needs a type or a uri'],
    [
      '[io.buildpacks]\ninclude = []\nexclude = []',
      '5:1: io.buildpacks.exclude: include and exclude can not be used together',
    ],
    ['[io.buildpacks]\nbuilder = 1', '4:1: io.buildpacks.builder: it must be a string, not a number'],
    ['[io.buildpacks]\nexclude = "a"', '4:1: io.buildpacks.exclude: it must be an array of strings, not a string'],
    [
      '[io.buildpacks]\nexclude = [1]',
      '4:1: io.buildpacks.exclude: it must be an array of strings, not an array with a number',
    ],
    ['[io.buildpacks.group]\nid = "x"', '3:1: io.buildpacks.group: it must be an array of tables, not a table'],
    ['[io]\nbuildpacks = 1979-05-27', '4:1: io.buildpacks: it must be a table, not a date'],
    [
      '[[io.buildpacks.build.env]]\nname = "A"\nvalue = true',
      '5:1: io.buildpacks.build.env[0].value: it must be a string, not a boolean',
    ],
    ['[[io.buildpacks.build.env]]\nvalue = "x"', '3:1: io.buildpacks.build.env[0].name: a variable has no name'],
    [
      '[[io.buildpacks.build.env]]\nname = "a/b"\nvalue = "x"',
      '4:1: io.buildpacks.build.env[0].name: "a/b…" is not a name for a variable',
    ],
  ])('%j', (text, message) => {
    expect(problemsOf(`${V2}${text}\n`)).toEqual([`project.toml:${message}`]);
  });

  test('all of it is told at once', () => {
    expect(problemsOf(`${V2}[[io.buildpacks.group]]\n[[io.buildpacks.group]]\nid = 1\n[[_.licenses]]\n`)).toHaveLength(
      4,
    );
  });

  test.each([
    ['a = 1\nb = \n', 'project.toml:2:5: descriptor: it is not valid TOML: Unexpected character'],
    ['a = "x', 'project.toml:1:'],
  ])('%j is no TOML', (text, start) => {
    const [problem = ''] = problemsOf(text);

    expect(problem.slice(0, start.length)).toBe(start);
    expect(problem).not.toMatch(/ at row /);
  });
});

describe('what is not read is warned of', () => {
  test.each([
    [
      '[io.buildpacks]\nbulider = "x"',
      '4: io.buildpacks.bulider: this key is not known and not read; did you mean "builder"?',
    ],
    [
      '[[io.buildpacks.group]]\nid = "x"\noptional = true',
      '5: io.buildpacks.group[0].optional: this key is not known and not read',
    ],
    [
      '[io.buildpack]\nbuilder = "x"',
      '3: io.buildpack: this key is not known and not read; did you mean "buildpacks"?',
    ],
    ['[build]\nbuilder = "x"', '3: build: it is read in schema version 0.1 only'],
  ])('%j', (text, warning) => {
    expect(warningsOf(`${V2}${text}\n`)).toEqual([warning]);
  });

  test('a file that forgets its schema version', () => {
    expect(warningsOf('[io.buildpacks]\nbuilder = "x"\n')).toEqual([
      '1: io.buildpacks: it is not read in schema version 0.1; add schema-version = "0.2" under [_]',
    ]);
  });
});

describe('what a descriptor may name', () => {
  const group = (uri: string) => `${V2}[[io.buildpacks.group]]\nuri = "${uri}"\n`;

  test.each([
    ['urn:cnb:builder:x', { kind: 'on-builder', id: 'x' }],
    ['from=builder', { kind: 'builder-order' }],
    ['paketo/java@1.2.3', { kind: 'name', id: 'paketo/java', version: '1.2.3' }],
    [`docker://r.example/bp@${DIGEST}`, { kind: 'image', reference: { digest: DIGEST } }],
    [`r.example/bp:1@${DIGEST}`, { kind: 'image', reference: { digest: DIGEST } }],
  ])('%s', (uri, locator) => {
    expect(parse(group(uri)).group).toMatchObject([{ locator }]);
  });

  test('an id that could be an image by tag is left to the builder', () => {
    expect(parse(group('nodejs')).group[0]?.locator).toEqual({ kind: 'name', text: 'nodejs', id: 'nodejs' });
  });

  test('from=builder as an id, as pack takes it', () => {
    expect(parse(`${V2}[[io.buildpacks.group]]\nid = "from=builder"\n`).group).toMatchObject([
      { locator: { kind: 'builder-order' } },
    ]);
  });

  test.each([
    ['docker://r.example/bp:1', 'the image "docker://r.example/bp:1" has no digest'],
    ['r.example/bp:1', 'the image "r.example/bp:1" has no digest'],
    ['file:///etc', 'a project descriptor may not name a file: URL'],
    ['FILE:/etc', 'a project descriptor may not name a file: URL'],
    ['http://h.example/b.tgz', 'a project descriptor may not name a http: URL'],
    [`https://h.example/b.tgz#${DIGEST}`, 'a project descriptor may not name a https: URL'],
    ['urn:cnb:registry:a/b', '"urn:cnb:registry:a/b" is in the public buildpack registry, which is not used'],
    ['/etc', '"/etc" is not inside the app'],
    ['../outside', '"../outside" is not inside the app'],
    ['./link', '"./link" is not inside the app'],
    ['link/inner', '"link/inner" is not inside the app'],
    ['./missing', '"./missing" does not exist'],
  ])('not %s', (uri, message) => {
    const root = makeTree({ 'app/': '', 'outside/inner/buildpack.toml': '' });
    const app = path.join(root, 'app');
    symlinkSync('../outside', path.join(app, 'link'));

    expect(problemsOf(group(uri), { base: app, appDirectory: app })).toEqual([
      `project.toml:4:1: io.buildpacks.group[0].uri: ${message}`,
    ]);
  });

  test('a directory inside the app, relative to the descriptor', () => {
    const app = makeTree({ 'buildpacks/x/buildpack.toml': '', 'conf/project.toml': '' });
    const project = parse(group('../buildpacks/x'), { base: path.join(app, 'conf'), appDirectory: app });

    expect(project.group).toMatchObject([{ locator: { kind: 'path', path: path.join(app, 'buildpacks/x') } }]);
  });

  test('nothing on disk when the app is an archive', () => {
    const base = makeTree({ 'x/buildpack.toml': '' });

    expect(problemsOf(group('./x'), { base, appDirectory: undefined })).toHaveLength(1);
  });
});
