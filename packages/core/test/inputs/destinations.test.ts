import { describe, expect, test } from 'vitest';
import { defaultTag } from '../../src/inputs/tags/default-tag.ts';
import type { CiFacts, RawInputs } from '../../src/inputs/index.ts';
import { formatReference } from '../../src/reference/index.ts';
import { messagesOf, parse } from './support.ts';

function destinations(raw: RawInputs): readonly string[] {
  return parse(raw).destinations.map(formatReference);
}

describe('image and tags', () => {
  test.each<[string, RawInputs, readonly string[]]>([
    ['an image alone is latest outside of a CI', { image: 'r.example/a' }, ['r.example/a:latest']],
    ['the tag of the image counts', { image: 'r.example/a:1' }, ['r.example/a:1']],
    ['tags replace the default tag', { image: 'r.example/a', tags: '1\n2' }, ['r.example/a:1', 'r.example/a:2']],
    ['tags are added to a tag in image', { image: 'r.example/a:1', tags: '2' }, ['r.example/a:1', 'r.example/a:2']],
    ['a port is no tag', { image: 'r.example:5000/a', tags: '1' }, ['r.example:5000/a:1']],
    [
      'full references stand alone',
      { image: '', tags: 'r.example/a:1\ns.example/b' },
      ['r.example/a:1', 's.example/b:latest'],
    ],
    [
      'a name with a colon is a full reference',
      { image: '', tags: 'busybox:1' },
      ['index.docker.io/library/busybox:1'],
    ],
    ['nothing is published twice', { image: 'r.example/a:1', tags: '1\nr.example/a:1' }, ['r.example/a:1']],
    [
      'several registries',
      { image: 'ghcr.io/o/a', tags: '1\ndocker.io/o/a:1' },
      ['ghcr.io/o/a:1', 'index.docker.io/o/a:1'],
    ],
  ])('%s', (_, raw, expected) => {
    expect(destinations(raw)).toEqual(expected);
  });

  test.each([
    ['ghcr.io/Example/Shop:V1', 'ghcr.io/example/shop:V1'],
    ['Example/Shop', 'index.docker.io/example/shop:latest'],
  ])('%s is lower-cased with a notice, but for its tag', (image, expected) => {
    const request = parse({ image });

    expect(request.destinations.map(formatReference)).toEqual([expected]);
    expect(request.notices).toHaveLength(1);
    expect(request.notices[0]).toContain('has capitals');
  });

  test.each<[string, RawInputs, string]>([
    [
      'a rule that is not known',
      { tags: 'type=x' },
      'tags: the rule "type=x" has the type "x", which is not known here',
    ],
    [
      'a rule without an image',
      { image: '', tags: 'type=ref,event=tag' },
      'tags: "type=ref,event=tag" is a tag of nothing: there is no image',
    ],
    ['a comma', { tags: '1,2' }, 'tags: "1,2" is not a tag'],
    ['a tag that starts with a dot', { tags: '.1' }, 'tags: ".1" is not a tag'],
    ['a tag without an image', { image: '', tags: '1' }, 'tags: "1" is a tag of nothing: there is no image'],
    [
      'a digest',
      { image: `r.example/a@sha256:${'0'.repeat(64)}` },
      `image: "r.example/a@sha256:${'0'.repeat(64)}" has a digest; an image is published under a tag`,
    ],
    [
      'a bad reference in tags',
      { tags: 'r.example/a:' },
      'tags: "r.example/a:" is not an image reference: "" is not a tag',
    ],
  ])('%s is refused', (_, raw, message) => {
    expect(messagesOf(raw)).toEqual([message]);
  });

  test('a bad image is told once, not for each tag too', () => {
    expect(messagesOf({ image: 'a b', tags: '1\n2' })).toHaveLength(1);
  });
});

describe('tag rules', () => {
  const RULES = ['# when released', 'type=sha', 'latest', 'type=semver,pattern={{version}}', 'type=ref,event=branch'];
  const facts = (ref: string): CiFacts => ({ trust: 'trusted', ref, defaultBranch: 'main', sha: '860c1904a1ce' });
  const tagsOf = (tags: readonly string[] | string, ref: string) =>
    parse({ tags }, { facts: facts(ref) }).destinations.map(({ tag }) => tag);

  test.each([
    ['a tag', 'refs/tags/v1.2.3', ['1.2.3', 'latest', 'sha-860c190']],
    ['a branch', 'refs/heads/next', ['next', 'latest', 'sha-860c190']],
  ])('give their tags for %s, those of higher priority first', (_, ref, expected) => {
    expect(tagsOf(RULES.join('\n'), ref)).toEqual(expected);
  });

  test('may change their priority', () => {
    expect(tagsOf(['type=ref,event=branch', 'type=sha,priority=601'], 'refs/heads/a')).toEqual(['sha-860c190', 'a']);
  });

  test('stand beside full references and the tag of the image', () => {
    const request = parse(
      { image: 'r.example/a:1', tags: 's.example/b:2\ntype=ref,event=branch' },
      { facts: facts('refs/heads/x') },
    );
    expect(request.destinations.map(formatReference)).toEqual(['r.example/a:1', 'r.example/a:x', 's.example/b:2']);
  });

  test('take the time of the run', () => {
    const now = Date.parse('2026-11-21T10:00:00Z');
    const { destinations } = parse({ tags: "type=raw,value={{date 'YYYYMMDD'}}" }, { now });
    expect(destinations.map(({ tag }) => tag)).toEqual(['20261121']);
  });

  describe('of which none fits', () => {
    const ONLY = { tags: 'type=semver,pattern={{version}}\ntype=ref,event=tag' };
    const why =
      'no rule gives a tag in this run ("type=semver,pattern={{version}}": this run is of no Git tag; "type=ref,event=tag": this run is of no Git tag)';

    test('nothing is published, with a notice; the image keeps a name for this machine', () => {
      const request = parse(ONLY, { facts: facts('refs/heads/main') });
      expect(request).toMatchObject({ publish: false, notices: [`tags: ${why}, so nothing is published`] });
      expect(request.destinations.map(formatReference)).toEqual(['registry.example/app:latest']);
    });

    test('it is an error where the image must be published', () => {
      expect(messagesOf({ ...ONLY, publish: 'true' }, { facts: facts('refs/heads/main') })).toEqual([`tags: ${why}`]);
    });

    test('a run that publishes nothing anyway has nothing to tell', () => {
      const untrusted = { ...facts('refs/pull/7/merge'), trust: 'untrusted' } as const;
      expect(parse(ONLY, { facts: untrusted })).toMatchObject({ publish: false, notices: [] });
    });

    test('the tag of the image is enough', () => {
      const request = parse({ ...ONLY, image: 'r.example/a:1' }, { facts: facts('refs/heads/main') });
      expect(request).toMatchObject({ publish: true, notices: [] });
    });
  });

  test('may be left to docker/metadata-action, whose output fits as it is', () => {
    const tags = 'ghcr.io/example/shop:1.2.3\nghcr.io/example/shop:latest\nregistry.example:5000/shop:1.2.3\n';
    expect(destinations({ image: '', tags })).toEqual(tags.trimEnd().split('\n'));
  });
});

describe('the default tag', () => {
  test.each([
    ['no facts', {}, 'latest'],
    ['the default branch', { ref: 'refs/heads/main', defaultBranch: 'main' }, 'latest'],
    ['the default branch by its bare name', { ref: 'main', defaultBranch: 'main' }, 'latest'],
    ['the CI says that it is the default branch', { ref: 'refs/heads/x', isDefaultBranch: true }, 'latest'],
    ['the CI says that it is not', { ref: 'main', defaultBranch: 'main', isDefaultBranch: false }, 'main'],
    ['another branch', { ref: 'refs/heads/feature/Login_2', defaultBranch: 'main' }, 'feature-Login_2'],
    ['a version tag', { ref: 'refs/tags/v1.2.3', defaultBranch: 'main' }, 'v1.2.3'],
    ['a tag that is called as the default branch', { ref: 'refs/tags/main', defaultBranch: 'main' }, 'main'],
    ['a pull request', { ref: 'refs/pull/7/merge', defaultBranch: 'main' }, 'pr-7'],
    ['a merge request', { ref: 'refs/merge-requests/9/head', defaultBranch: 'main' }, 'pr-9'],
    ['a branch called latest', { ref: 'refs/heads/latest', defaultBranch: 'main' }, 'ref-latest'],
    ['a branch that becomes latest', { ref: 'refs/heads/-latest', defaultBranch: 'main' }, 'ref-latest'],
    ['nothing that a tag can hold', { ref: 'refs/heads/✓', defaultBranch: 'main' }, 'ref'],
    ['a long name', { ref: `refs/heads/${'a'.repeat(200)}` }, 'a'.repeat(128)],
  ])('%s', (_, facts, expected) => {
    expect(defaultTag(facts)).toBe(expected);
  });
});
