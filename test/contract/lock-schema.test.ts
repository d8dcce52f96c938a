import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { TOOL_IMAGE } from '../../packages/core/src/airgap/lock/tool-image.ts';
import { lockJson } from '../../packages/core/src/lock/lock-json.ts';
import { asRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { SAMPLE_LOCK } from '../../packages/core/test/airgap/sample-lock.ts';
import release from '../../release.json' with { type: 'json' };
import { violations } from './json-schema.ts';

const FILE = path.resolve(import.meta.dirname, '../../docs/lock.schema.json');
const SCHEMA = asRecord(parseJson(await readFile(FILE))) ?? {};
const LOCK = lockJson(SAMPLE_LOCK);

describe('docs/lock.schema.json', () => {
  test('describes a lock that has everything', () => {
    expect(violations(SCHEMA, parseJson(LOCK))).toEqual([]);
  });

  test.each([
    ['another version', ['"schemaVersion": 1', '"schemaVersion": 2'], '$.schemaVersion: is not 1'],
    ['a short digest', ['sha256:aaaa', 'sha256:'], '$.images[0].digest: does not match'],
    ['an unknown key', ['"roles"', '"size": 1, "roles"'], '$.images[0].size: is not described'],
    ['an unknown platform', ['linux/amd64', 'linux'], '$.images[0].platforms[0].platform: does not match'],
  ] as const)('refuses %s', (_name, [from, to], violation) => {
    expect(violations(SCHEMA, parseJson(LOCK.replace(from, to)))).toEqual([violation]);
  });
});

test('the lock has the tool image of the release', () => {
  expect(TOOL_IMAGE).toBe(`${release.toolImage.repository}:${release.version}`);
});
