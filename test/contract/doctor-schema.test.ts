import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctorJson } from '../../packages/core/src/doctor/json.ts';
import { asRecord, type JsonRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { SAMPLE_REPORT } from '../../packages/core/test/doctor/sample-report.ts';
import { violations } from './json-schema.ts';

const SCHEMA = await readSchema();

async function readSchema(): Promise<JsonRecord> {
  const file = path.resolve(import.meta.dirname, '../../docs/doctor.schema.json');
  return asRecord(parseJson(await readFile(file))) ?? {};
}

describe('docs/doctor.schema.json', () => {
  test('describes a report that has everything', () => {
    expect(violations(SCHEMA, parseJson(doctorJson(SAMPLE_REPORT)))).toEqual([]);
  });

  test('describes every key of a report, in the same order', () => {
    expect(Object.keys(asRecord(SCHEMA['properties']) ?? {})).toEqual(
      Object.keys(asRecord(parseJson(doctorJson(SAMPLE_REPORT))) ?? {}),
    );
  });

  test.each([
    ['another version', { schemaVersion: 2 }, '$.schemaVersion: is not 1'],
    ['an unknown key', { extra: 1 }, '$.extra: is not described'],
    [
      'a verdict that is none',
      { checks: [{ ...check(), verdict: 'fine' }] },
      '$.checks[0].verdict: is none of the values',
    ],
    ['a check with a secret', { checks: [{ ...check(), password: 'x' }] }, '$.checks[0].password: is not described'],
    ['a proxy without a source', { proxies: { http: proxy(), noProxy: [] } }, '$.proxies.http.source: is missing'],
  ])('refuses %s', (_name, change, violation) => {
    expect(violations(SCHEMA, { ...SAMPLE_REPORT, ...change })).toEqual([violation]);
  });
});

function check() {
  return { verdict: 'ok', what: 'read', subject: 'app', message: 'is there', details: [] };
}

function proxy() {
  return { address: 'http://proxy.corp:3128', authenticated: false };
}
