import { describe, expect, test } from 'vitest';
import { type Expansion, expandTagRule } from '../../../src/inputs/tags/expand-rule.ts';
import type { TagFacts } from '../../../src/inputs/tags/facts.ts';
import { parseTagRule } from '../../../src/inputs/tags/parse-rule.ts';
import { problemsOf } from '../support.ts';

const SHA = '860c1904a1ce19322e91ac35af1ab07466440c37';
const REPOSITORY = { defaultBranch: 'main', sha: SHA, now: Date.parse('2020-01-10T00:30:00Z') };
const MAIN: TagFacts = { ...REPOSITORY, ref: 'refs/heads/main' };
const BRANCH: TagFacts = { ...REPOSITORY, ref: 'refs/heads/my/branch' };
const REQUEST: TagFacts = { ...REPOSITORY, ref: 'refs/pull/2/merge', baseRef: 'main' };
const NIGHT: TagFacts = { ...MAIN, scheduled: true };
const TERMINAL: TagFacts = { now: REPOSITORY.now };
const gitTag = (name: string): TagFacts => ({ ...REPOSITORY, ref: `refs/tags/${name}` });

function expand(line: string, facts: TagFacts): Expansion {
  return expandTagRule(parseTagRule(line), facts);
}

/** Rows of docker/metadata-action's documentation where it has them. */
describe.each<[string, readonly (readonly [string, TagFacts, string])[]]>([
  [
    'schedule',
    [
      ['type=schedule', NIGHT, 'nightly'],
      ["type=schedule,pattern={{date 'YYYYMMDD'}}", NIGHT, '20200110'],
      ["type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}", NIGHT, '20200110-093000'],
    ],
  ],
  [
    'semver',
    [
      ['type=semver,pattern={{raw}}', gitTag('v1.2.3'), 'v1.2.3'],
      ['type=semver,pattern={{version}}', gitTag('v1.2.3'), '1.2.3'],
      ['type=semver,pattern={{major}}.{{minor}}', gitTag('v1.2.3'), '1.2'],
      ['type=semver,pattern=v{{major}}', gitTag('v1.2.3'), 'v1'],
      ['type=semver,pattern={{minor}}', gitTag('v1.2.3'), '2'],
      ['type=semver,pattern={{patch}}', gitTag('v1.2.3'), '3'],
      ['type=semver,pattern={{raw}}', gitTag('v2.0.8-beta.67'), 'v2.0.8-beta.67'],
      ['type=semver,pattern={{version}}', gitTag('v2.0.8-beta.67'), '2.0.8-beta.67'],
      ['type=semver,pattern={{major}}.{{minor}}', gitTag('v2.0.8-beta.67'), '2.0.8-beta.67'],
      ['type=semver,pattern={{major}}', gitTag('1.0.0-rc.1'), '1.0.0-rc.1'],
      ['type=semver,pattern={{version}}', gitTag('1.2.3+build.5'), '1.2.3'],
      ['type=semver,pattern={{raw}}', gitTag('1.2.3+build.5'), '1.2.3-build.5'],
      ['type=semver,pattern={{version}},value=v1.0.0', MAIN, '1.0.0'],
      ['type=semver,pattern={{version}},suffix=-{{sha}}', gitTag('1.0.0'), '1.0.0-860c190'],
      ['type=semver,pattern={{version}},match=p1/v(.*)', gitTag('p1/v1.2.3'), '1.2.3'],
      ['type=semver,pattern={{raw}},match=[0-9.]+$', gitTag('p1/v1.2.3'), '1.2.3'],
      [String.raw`type=semver,pattern={{major}},"match=v(\d.{0,9})$"`, gitTag('p1/v1.2.3'), '1'],
      ['type=semver,pattern={version}', gitTag('v1.2.3'), '1.2.3'],
      ['type=semver,pattern={ major }.{{minor}}', gitTag('v1.2.3'), '1.2'],
    ],
  ],
  [
    'match',
    [
      [String.raw`type=match,pattern=\d.\d.\d`, gitTag('v1.2.3'), '1.2.3'],
      ['type=match,pattern=v(.*),group=1', gitTag('v2.0.8-beta.67'), '2.0.8-beta.67'],
      [String.raw`type=match,pattern=v(\d.\d),group=1`, gitTag('v2.0.8-beta.67'), '2.0'],
      [String.raw`type=match,pattern=\d+`, gitTag('20200110-RC2'), '20200110'],
      [String.raw`type=match,pattern=p1/v(\d.\d.\d),group=1`, gitTag('p1/v1.2.3'), '1.2.3'],
      [String.raw`type=match,"pattern=v\d{1,2}"`, gitTag('v123'), 'v12'],
      ['type=match,pattern=v(.*),group=1,value=v7', MAIN, '7'],
      ['type=match,pattern=/V(.*)/i,group=1', gitTag('v8'), '8'],
    ],
  ],
  [
    'edge',
    [
      ['type=edge', MAIN, 'edge'],
      ['type=edge,branch=my/branch', BRANCH, 'edge'],
    ],
  ],
  [
    'ref',
    [
      ['type=ref,event=branch', MAIN, 'main'],
      ['type=ref,event=branch', BRANCH, 'my-branch'],
      ['type=ref,event=tag', gitTag('v1.2.3'), 'v1.2.3'],
      ['type=ref,event=pr', REQUEST, 'pr-2'],
      ['type=ref,event=pr,prefix=', REQUEST, '2'],
      ['type=ref,event=pr,prefix=mr-', { ...REQUEST, ref: 'refs/merge-requests/9/head' }, 'mr-9'],
    ],
  ],
  [
    'raw',
    [
      ['type=raw,value=foo', TERMINAL, 'foo'],
      ['type=raw,foo', TERMINAL, 'foo'],
      ['type=raw,value=mytag-{{branch}}-{{sha}}', BRANCH, 'mytag-my-branch-860c190'],
      ['type=raw,value=latest,enable={{is_default_branch}}', MAIN, 'latest'],
      ['type=raw,value=for-{{base_ref}}', REQUEST, 'for-main'],
      ['type=raw,value={{ tag }}', gitTag('a/b'), 'a-b'],
      ["type=raw,value={{commit_date 'X'}}", { ...MAIN, commitTime: 1_600_000_000 }, '1600000000'],
    ],
  ],
  [
    'sha',
    [
      ['type=sha', MAIN, 'sha-860c190'],
      ['type=sha,format=long', MAIN, `sha-${SHA}`],
      ['type=sha,prefix={{branch}}-', BRANCH, 'my-branch-860c190'],
      // Without a branch: a tag can't begin with a dash.
      ['type=sha,prefix={{branch}}-', REQUEST, '860c190'],
      ['TYPE=sha', MAIN, 'sha-860c190'],
    ],
  ],
])('type=%s', (_, rows) => {
  test.each(rows)('%s gives a tag', (line, facts, tag) => {
    expect(expand(line, facts)).toEqual({ tag });
  });
});

describe('a rule that does not fit the run gives no tag', () => {
  test.each([
    ['type=schedule', MAIN, 'no schedule has started this run'],
    ['type=semver,pattern={{version}}', MAIN, 'this run is of no Git tag'],
    ['type=semver,pattern={{version}}', gitTag('v1.2'), '"v1.2" is no semantic version'],
    ['type=semver,pattern={{version}}', gitTag('v01.2.3'), '"v01.2.3" is no semantic version'],
    ['type=semver,pattern={{version}},match=p2/(.*)', gitTag('p1/v1.2.3'), '"p1/v1.2.3" does not match'],
    ['type=semver,pattern={{version}},match=p1/(.*)', gitTag('p1/next'), '"next" is no semantic version'],
    ['type=match,pattern=v(.*)', BRANCH, 'this run is of no Git tag'],
    ['type=match,pattern=v(.*)', gitTag('1'), '"1" does not match'],
    ['type=match,pattern=v(.*),group=2', gitTag('v1'), '"v1" does not match'],
    ['type=edge', BRANCH, 'this run is not of the branch main'],
    ['type=edge', gitTag('main'), 'this run is not of the branch main'],
    ['type=edge', TERMINAL, 'this run is not of the branch'],
    ['type=ref,event=branch', gitTag('v1'), 'this run is of no branch'],
    ['type=ref,event=tag', MAIN, 'this run is of no Git tag'],
    ['type=ref,event=pr', MAIN, 'this run is of no pull request'],
    ['type=raw,value=x,enable=false', MAIN, 'it is not enabled'],
    ['type=raw,value=latest,enable={{is_default_branch}}', gitTag('main'), 'it is not enabled'],
    ['type=raw,value=,enable=false', MAIN, 'it is not enabled'],
    ['type=raw,value=', MAIN, 'nothing is left that a tag can hold'],
    ['type=raw,value={{branch}}', TERMINAL, 'nothing is left that a tag can hold'],
    ['type=sha', TERMINAL, 'the commit of this run is not known'],
  ])('%s', (line, facts, unfit) => {
    expect(expand(line, facts)).toEqual({ unfit });
  });
});

describe('a rule that is wrong is told in every run', () => {
  test.each([
    ['type=pep440,pattern={{version}}', 'the rule "type=pep440,pattern={{version}}" has the type "pep440", which'],
    ['type=', 'the rule "type=" has the type "", which is not known here'],
    ['type=semver', 'the rule "type=semver" has no "pattern"'],
    ['type=match,pattern=(', 'the rule "type=match,pattern=(" has a pattern that is no regular expression: ('],
    [
      'type=match,pattern=/a/y0',
      'the rule "type=match,pattern=/a/y0" has a pattern that is no regular expression: /a/y0',
    ],
    ['type=match,pattern=a,group=x', 'the rule "type=match,pattern=a,group=x" has group="x"'],
    ['type=ref', 'the rule "type=ref" has no "event"'],
    ['type=ref,event=push', 'the rule "type=ref,event=push" has event="push"'],
    ['type=sha,format=tiny', 'the rule "type=sha,format=tiny" has format="tiny"'],
    ['type=raw', 'the rule "type=raw" has no "value"'],
    ['type=edge,value=1', 'the rule "type=edge,value=1" has "value", which this type does not know'],
    ['type=raw,value=a,priority=high', 'the rule "type=raw,value=a,priority=high" has priority="high"'],
    ['type=raw,value=a,enable=yes', 'the rule "type=raw,value=a,enable=yes" has enable="yes"'],
    ['type=raw,"value=a', 'the rule "type=raw,"value=a" has a quote without an end'],
    ['type=raw,value={{brunch}}', '"{{brunch}}" is not an expression that is known here'],
    ['type=raw,value={brunch}', '"{{brunch}}" is not an expression that is known here'],
    ['type=semver,pattern={{version}},match=(', 'has a match that is no regular expression: ('],
    ['type=semver,pattern={{mayor}}', '"{{mayor}}" is not an expression that is known here'],
    ['type=raw,value={{date}}', '"{{date}}" has no format'],
    ["type=raw,value={{sha 'x'}}", `"{{sha 'x'}}" has a format, which only a date has`],
    ["type=schedule,pattern={{date 'dddd'}}", `"{{date 'dddd'}}": "dddd" is not known in a date; use YYYY,`],
    ["type=raw,value={{date 'YYYY' tz='Mars'}}", `"{{date 'YYYY' tz='Mars'}}": "Mars" is not a time zone`],
    ['type=raw,value=a,prefix={{x}}', '"{{x}}" is not an expression'],
  ])('%s', (line, message) => {
    expect(problemsOf(() => expand(line, BRANCH)).map((problem) => problem.message)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
