import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkJson, type CheckOutcome } from '../../packages/core/src/index.ts';
import { asRecord, parseJson } from '../../packages/core/src/json/json.ts';
import type { Digest } from '../../packages/core/src/reference/index.ts';
import { violations } from './json-schema.ts';

const FILE = path.resolve(import.meta.dirname, '../../docs/policy-check.schema.json');
const SCHEMA = asRecord(parseJson(await readFile(FILE))) ?? {};
const DIGEST: Digest = `sha256:${'a'.repeat(64)}`;
const NAME = { name: 'r.example/app:1', digest: DIGEST, platform: { os: 'linux', architecture: 'arm64' } };
const VIOLATION = {
  policy: 'p',
  rule: 'labels.require',
  place: { file: 'p', line: 1, column: 2 },
  message: 'no label',
};

const OUTCOME: CheckOutcome = {
  policies: [{ name: 'p', digest: DIGEST, text: '', rules: [] }],
  subjects: [
    { ...NAME, violations: [{ ...VIOLATION, advice: 'Ask.' }, VIOLATION], unjudged: ['builders.allow'] },
    { name: 'the build', violations: [], unjudged: [] },
    { ...NAME, problem: 'it is gone', code: 'input' },
    { ...NAME, problem: 'the layers are others', code: 'policy', rule: 'run-images' },
  ],
  leftOut: [{ repository: 'r.example/app', tags: ['1-before-20261122'], reason: 'keeps-old-image' }],
};

describe('docs/policy-check.schema.json', () => {
  const value = asRecord(parseJson(checkJson(OUTCOME))) ?? {};

  test('describes an outcome that has everything', () => {
    expect(violations(SCHEMA, value)).toEqual([]);
  });

  test('describes every key of an outcome, in the same order', () => {
    expect(Object.keys(asRecord(SCHEMA['properties']) ?? {})).toEqual(Object.keys(value));
  });

  test.each([
    ['another version', { schemaVersion: 2 }, '$.schemaVersion: is not 1'],
    ['an unknown key', { extra: 1 }, '$.extra: is not described'],
    ['an image without a judgement', { subjects: [{ name: 'x' }] }, '$.subjects[0]: fits 0 of the alternatives'],
  ])('refuses %s', (_name, change, violation) => {
    expect(violations(SCHEMA, { ...value, ...change })).toEqual([violation]);
  });
});
