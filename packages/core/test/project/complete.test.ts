import { describe, expect, test } from 'vitest';
import type { RawInputs, TrustLevel } from '../../src/inputs/index.ts';
import { type CompleteRequest, completeRequest } from '../../src/project/index.ts';
import { parse as parseRequest, problemsOf } from '../inputs/support.ts';
import { parse } from './support.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const HEAD = '[_]\nschema-version = "0.3"\n';

function complete(toml: string | undefined, raw: RawInputs = {}, trust: TrustLevel = 'trusted'): CompleteRequest {
  return completeRequest(parseRequest(raw, { facts: { trust } }), toml === undefined ? undefined : parse(HEAD + toml));
}

describe('the builder', () => {
  const toml = `[io.buildpacks]\nbuilder = "r.example/b@${DIGEST}"\n`;

  test('comes from project.toml', () => {
    expect(complete(toml, { builder: '' }).builder).toMatchObject({ kind: 'registry', reference: { digest: DIGEST } });
  });

  test('of project.toml may be a tag, which the plan pins', () => {
    const { builder } = complete('[io.buildpacks]\nbuilder = "r.example/b:1"\n', { builder: '' });

    expect(builder).toMatchObject({ kind: 'registry', reference: { tag: '1' } });
  });

  test('that can not be read is reported with its place', () => {
    expect(problemsOf(() => complete('[io.buildpacks]\nbuilder = "B A D"\n', { builder: '' }))).toMatchObject([
      { input: 'builder', place: { file: 'project.toml', line: 4 } },
    ]);
  });

  test('of the input wins', () => {
    expect(complete(toml, { builder: 'other:1' }).builder).toMatchObject({ reference: { tag: '1' } });
  });

  test.each([
    ['no builder at all', undefined, 'trusted', 'it is missing'],
    ['no builder in project.toml', '', 'trusted', 'it is missing'],
    [
      'a builder in an untrusted run',
      toml,
      'untrusted',
      `it is missing; "r.example/b@${DIGEST}" in project.toml is not used in an untrusted run`,
    ],
  ] as const)('%s', (_, text, trust, message) => {
    expect(problemsOf(() => complete(text, { builder: '' }, trust))).toMatchObject([{ input: 'builder', message }]);
  });

  test('that is not used is not judged', () => {
    expect(complete('[io.buildpacks]\nbuilder = "B A D"\n').builder.kind).toBe('registry');
  });
});

describe('buildpacks', () => {
  const toml = '[[io.buildpacks.group]]\nid = "a"\n[[io.buildpacks.group]]\nid = "b"\nexec-env = ["test"]\n';
  const pre = '[[io.buildpacks.pre.group]]\nid = "pre"\n';

  test.each<[string, string, RawInputs, readonly string[]]>([
    ['come from project.toml', toml, {}, ['a']],
    ['those for the execution environment count', toml, { 'exec-env': 'test' }, ['a', 'b']],
    ['of the input win', toml, { buildpacks: 'c' }, ['c']],
  ])('%s', (_, text, raw, expected) => {
    const ids = complete(text, raw).buildpacks.map((locator) => ('id' in locator ? locator.id : locator.kind));

    expect(ids).toEqual(expected);
  });

  test('before the builder’s own come from project.toml', () => {
    expect(complete(pre).preBuildpacks).toMatchObject([{ id: 'pre' }]);
  });

  test('before the builder’s own are dropped with a notice when there is a group', () => {
    const request = complete(pre + toml);

    expect(request.preBuildpacks).toEqual([]);
    expect(request.notices).toEqual(['pre-buildpacks, post-buildpacks: not used, since buildpacks are given']);
  });

  test('from elsewhere are refused in an untrusted run, with their place', () => {
    const text = `[[io.buildpacks.group]]\nid = "a"\n[[io.buildpacks.group]]\nuri = "docker://r.example/bp@${DIGEST}"\n`;

    expect(problemsOf(() => complete(text, {}, 'untrusted'))).toMatchObject([
      {
        input: 'io.buildpacks.group[1]',
        message: 'an untrusted run uses no buildpacks from elsewhere',
        place: { file: 'project.toml', line: 5 },
      },
    ]);
    expect(complete(text).buildpacks).toHaveLength(2);
    expect(complete(text, { buildpacks: 'c' }, 'untrusted').buildpacks).toHaveLength(1);
  });
});

test('variables of project.toml give way to those of the inputs', () => {
  const toml = ['A', 'B', 'C']
    .map((name) => `[[io.buildpacks.build.env]]\nname = "${name}"\nvalue = "project"\n`)
    .join('');

  expect(complete(`${toml}exec-env = ["test"]\n`, { env: 'B=input' }).environment).toEqual({
    A: 'project',
    B: 'input',
  });
});

test('files, metadata and warnings are handed on', () => {
  const request = complete('name = "n"\n[io.buildpacks]\nexclude = ["x"]\nfoo = 1\n');

  expect(request).toMatchObject({ files: { kind: 'exclude', patterns: ['x'] }, project: { name: 'n' } });
  expect(request.warnings).toHaveLength(1);
  expect(complete(undefined)).toMatchObject({ files: { kind: 'all' }, warnings: [] });
});
