import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseLocator, publicRegistryHint } from '../../src/inputs/index.ts';
import { makeTree, problemsOf } from './support.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;

describe('forms', () => {
  test.each<[string, object]>([
    ['from=builder', { kind: 'builder-order' }],
    ['urn:cnb:builder:a/b', { kind: 'on-builder', id: 'a/b' }],
    ['urn:cnb:builder:a/b@1.2.3', { kind: 'on-builder', id: 'a/b', version: '1.2.3' }],
    ['from=builder:a/b@1.2.3', { kind: 'on-builder', id: 'a/b', version: '1.2.3' }],
    ['nodejs', { kind: 'name', id: 'nodejs' }],
    [
      'docker://r.example/bp:1',
      { kind: 'image', reference: { repository: { registry: 'r.example', path: 'bp' }, tag: '1' } },
    ],
    ['docker:/r.example/bp:1', { kind: 'image', reference: { tag: '1' } }],
    ['r.example/a/bp:1', { kind: 'name', image: { kind: 'tag', tag: '1' } }],
    [`r.example/bp@${DIGEST}`, { kind: 'name', image: { kind: 'digest', digest: DIGEST } }],
    [`https://h.example/b.tgz#${DIGEST}`, { kind: 'url', url: 'https://h.example/b.tgz', digest: DIGEST }],
  ])('%s', (text, expected) => {
    expect(parseLocator(text, makeTree(), 'buildpacks')).toMatchObject(expected);
  });

  test('an id of the public registry is never taken for an image', () => {
    expect(parseLocator('paketo-buildpacks/nodejs@7.4.1', makeTree(), 'buildpacks')).toEqual({
      kind: 'name',
      text: 'paketo-buildpacks/nodejs@7.4.1',
      id: 'paketo-buildpacks/nodejs',
      version: '7.4.1',
    });
  });

  test.each([
    ['bp', 'directory'],
    ['./bp', 'directory'],
    ['a/b', 'directory'],
    ['bp.cnb', 'file'],
  ] as const)('%s is a path because it is there', (text, is) => {
    const base = makeTree({ 'bp/buildpack.toml': '', 'a/b/buildpack.toml': '', 'bp.cnb': '' });

    expect(parseLocator(text, base, 'buildpacks')).toEqual({ kind: 'path', path: path.join(base, text), is });
  });

  test('a file: URL is a path', () => {
    const base = makeTree({ 'b p/buildpack.toml': '' });
    const directory = path.join(base, 'b p');

    expect(parseLocator(pathToFileURL(directory).href, '/', 'buildpacks')).toEqual({
      kind: 'path',
      path: directory,
      is: 'directory',
    });
  });
});

describe('what is wrong', () => {
  test.each([
    ['urn:cnb:builder:a b', '"urn:cnb:builder:a b" names no buildpack'],
    [
      'urn:cnb:registry:a/b@1.0.0',
      '"urn:cnb:registry:a/b@1.0.0" is in the public buildpack registry, which is not used',
    ],
    ['docker://', '"" is not an image reference: it has no name'],
    ['./missing', '"./missing" does not exist'],
    ['missing.cnb', '"missing.cnb" does not exist'],
    ['/dev/null', '"/dev/null" is neither a directory nor a file'],
    ['http://h.example/b.tgz', '"http://h.example/b.tgz" would be fetched in plain http'],
    ['https://h.example/b.tgz', '"https://h.example/b.tgz" has no digest'],
    ['https://h.example/b.tgz#sha256:12', '"https://h.example/b.tgz#sha256:12" has no digest'],
    ['git://h.example/b', `"git://h.example/b" can't be fetched`],
    ['https://', '"https://" is not a URL'],
    ['file://host/b', '"file://host/b" names another machine'],
    ['a b', '"a b" is no buildpack id, path or image'],
  ])('%s', (text, message) => {
    const base = makeTree();

    expect(problemsOf(() => parseLocator(text, base, 'buildpacks'))).toMatchObject([{ input: 'buildpacks', message }]);
  });

  test('a password in a URL is not repeated', () => {
    const base = makeTree();
    const [problem] = problemsOf(() => parseLocator(`https://me:hunter2@h.example/b#${DIGEST}`, base, 'buildpacks'));

    expect(problem?.message).toContain('holds a user or a password');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test('an id of the public registry gets the image form to use', () => {
    const base = makeTree();
    const [problem] = problemsOf(() => parseLocator('urn:cnb:registry:paketo/java@1.2.3', base, 'buildpacks'));

    expect(problem?.hint).toBe('Name an image: docker://REGISTRY/paketo/java:1.2.3, best with its digest (@sha256:…).');
  });

  test.each([
    ['paketo/java@1.2.3', 'docker://REGISTRY/paketo/java:1.2.3'],
    ['paketo/java', 'docker://REGISTRY/paketo/java,'],
  ])('%s may be meant to be in the public registry', (text, hint) => {
    expect(publicRegistryHint(text)).toContain(hint);
  });

  test.each(['java', 'java@1.2.3', 'a/b/c'])('%s can not be in the public registry', (text) => {
    expect(publicRegistryHint(text)).toBeUndefined();
  });
});
