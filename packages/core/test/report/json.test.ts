import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { resultJson, writeResult } from '../../src/report/json.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { SAMPLE_RESULT } from './sample-result.ts';

describe('resultJson', () => {
  test('holds the whole result', () => {
    expect(JSON.parse(resultJson(SAMPLE_RESULT))).toEqual(SAMPLE_RESULT);
  });

  test('does not depend on the order in which the result was put together', () => {
    const reversed = Object.fromEntries(Object.entries(SAMPLE_RESULT).reverse()) as unknown as typeof SAMPLE_RESULT;
    expect(resultJson(reversed)).toBe(resultJson(SAMPLE_RESULT));
  });

  test('begins with its version and the image', () => {
    const keys = Object.keys(JSON.parse(resultJson(SAMPLE_RESULT)) as object);
    expect(keys.slice(0, 3)).toEqual(['schemaVersion', 'image', 'digest']);
  });

  test('escapes what JSON would let through to a terminal', () => {
    const text = resultJson({ ...SAMPLE_RESULT, engine: 'a\u009b2J\u202eb' });
    expect(text).toContain(String.raw`"a\u009b2J\u202eb"`);
    expect(JSON.parse(text)).toMatchObject({ engine: 'a\u009b2J\u202eb' });
  });
});

describe('writeResult', () => {
  test('replaces the file and leaves nothing else behind', async () => {
    const directory = await temporaryDirectory();
    const file = path.join(directory, 'result.json');
    await writeResult(file, { ...SAMPLE_RESULT, warnings: [] });
    await writeResult(file, SAMPLE_RESULT);
    expect(await readFile(file, 'utf8')).toBe(resultJson(SAMPLE_RESULT));
    expect(await readdir(directory)).toEqual(['result.json']);
  });
});
