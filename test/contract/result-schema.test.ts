import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { asRecord, type JsonRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { resultJson } from '../../packages/core/src/report/json.ts';
import { SAMPLE_RESULT } from '../../packages/core/test/report/sample-result.ts';
import { violations } from './json-schema.ts';

const SCHEMA = await readSchema();

async function readSchema(): Promise<JsonRecord> {
  const file = path.resolve(import.meta.dirname, '../../docs/result.schema.json');
  return asRecord(parseJson(await readFile(file))) ?? {};
}

describe('docs/result.schema.json', () => {
  test('describes a result that has everything', () => {
    expect(violations(SCHEMA, parseJson(resultJson(SAMPLE_RESULT)))).toEqual([]);
  });

  test('describes every key of a result', () => {
    expect(Object.keys(asRecord(SCHEMA['properties']) ?? {})).toEqual(
      Object.keys(asRecord(parseJson(resultJson(SAMPLE_RESULT))) ?? {}),
    );
  });

  test.each([
    ['another version', { schemaVersion: 2 }, '$.schemaVersion: is not 1'],
    ['a short digest', { digest: 'sha256:12' }, '$.digest: does not match'],
    ['an unknown key', { extra: 1 }, '$.extra: is not described'],
    ['a label that is no text', { labels: { tier: 1 } }, '$.labels.tier: is no string'],
    ['an output of no kind', { outputs: [{ kind: 'tape' }] }, '$.outputs[0]: fits 0 of the alternatives'],
    ['negative traffic', { traffic: { requests: -1, bytesUp: 0, bytesDown: 0 } }, '$.traffic.requests: is too small'],
    ['warnings that are no list', { warnings: 'none' }, '$.warnings: is no array'],
  ])('refuses %s', (_name, change, violation) => {
    expect(violations(SCHEMA, { ...SAMPLE_RESULT, ...change })).toEqual([violation]);
  });

  test('refuses a result without a digest', () => {
    const { digest, ...rest } = SAMPLE_RESULT;
    expect(digest).not.toBe('');
    expect(violations(SCHEMA, rest)).toEqual(['$.digest: is missing']);
  });
});
