import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree, messagesOf, parse } from './support.ts';

/** Bindings as `{name: {key: text}}`. */
function bindings(text: string, workingDirectory: string) {
  const decoder = new TextDecoder();
  const found = parse({ bindings: text }, { workingDirectory }).bindings;
  return Object.fromEntries(
    found.map(({ name, entries }) => [
      name,
      Object.fromEntries(entries.map(({ key, content }) => [key, decoder.decode(content)])),
    ]),
  );
}

test('a directory gives its files', () => {
  const root = makeTree({ 'db/type': 'postgresql\n', 'db/uri': 'x', 'db/.hidden': 'h', 'db/sub/file': 's' });

  expect(bindings('database=db', root)).toEqual({ database: { type: 'postgresql\n', uri: 'x' } });
});

test('a binding put together key by key', () => {
  const root = makeTree({ 'ci/settings.xml': '<settings/>', npmrc: 'registry=…' });

  expect(
    bindings(
      'maven/type=maven\nmaven/provider=x=y\nmaven/settings.xml=ci/settings.xml\nnpm/.npmrc=npmrc\nnpm/type=npmrc',
      root,
    ),
  ).toEqual({
    maven: { type: 'maven', provider: 'x=y', 'settings.xml': '<settings/>' },
    npm: { '.npmrc': 'registry=…', type: 'npmrc' },
  });
});

test('a key wins over the file of the directory, wherever its line is', () => {
  const root = makeTree({ 'db/type': 'mysql', 'db/uri': 'x', other: 'y' });

  expect(bindings('db/type=postgresql\ndb=db\ndb/uri=other', root)).toEqual({ db: { type: 'postgresql', uri: 'y' } });
});

test('bytes stay as they are', () => {
  const content = new Uint8Array([0, 255, 10, 13]);
  const workingDirectory = makeTree({ key: content });
  const [binding] = parse({ bindings: 'a/type=t\na/key=key' }, { workingDirectory }).bindings;

  expect(binding?.entries.find(({ key }) => key === 'key')?.content).toEqual(content);
});

test('links inside of the directory, as Kubernetes mounts secrets, are followed', () => {
  const root = makeTree({ 'db/..2026/type': 'postgresql' });
  symlinkSync('..2026', path.join(root, 'db/..data'));
  symlinkSync('..data/type', path.join(root, 'db/type'));

  expect(bindings('db=db', root)).toEqual({ db: { type: 'postgresql' } });
});

describe('what is wrong', () => {
  test.each([
    ['db', '"db" has nothing after "="'],
    ['db=', '"db" has nothing after "="'],
    ['=db', '"" is not a name for a binding'],
    ['../x=db', '".." is not a name for a binding'],
    ['.x=db', '".x" is not a name for a binding'],
    ['buildpacks-ci-ca-bundle=db', '"buildpacks-ci-ca-bundle" is the name under which buildpacks get ca-certificates'],
    [
      'buildpacks-ci-ca-certificates/type=t',
      '"buildpacks-ci-ca-certificates" is the name under which buildpacks get ca-certificates',
    ],
    ['db/a/b=file', '"a/b" is not a key of the binding "db"'],
    ['db/..=file', '".." is not a key of the binding "db"'],
    ['db/key=missing\ndb/type=t', 'the file "missing" of "db/key" does not exist'],
    ['db/key=db\ndb/type=t', 'the file "db" of "db/key" is a directory'],
    ['x=missing\nx/type=t', 'the directory "missing" of "x" does not exist'],
    ['x=file\nx/type=t', 'the directory "file" of "x" is no directory'],
    ['x/key=file', 'the binding "x" has no type, by which buildpacks find it'],
    ['untyped=untyped', 'the binding "untyped" has no type, by which buildpacks find it'],
    ['db=db\ndb=untyped', 'the binding "db" has two directories'],
    ['x/type=a\nx/type=b', '"x/type" is given twice'],
    ['leak=leak\nleak/type=t', '"leak/secret" is a link that leads out of the binding "leak"'],
  ])('%j', (text, message) => {
    const workingDirectory = makeTree({
      'db/type': 't',
      file: 'f',
      'untyped/key': 'k',
      'untyped/type': ' \n',
      'leak/': '',
    });
    symlinkSync('../file', path.join(workingDirectory, 'leak/secret'));

    expect(messagesOf({ bindings: text }, { workingDirectory })).toContain(`bindings: ${message}`);
  });
});
