import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from '@iarna/toml';
import { describe, expect, test } from 'vitest';
import { asRecord, parseJson } from '../../packages/core/src/json/json.ts';
import { parsePolicy } from '../../packages/core/src/policy/index.ts';
import { TOPICS } from '../../packages/core/src/policy/topics/index.ts';
import { shownFiles } from '../support/shown-files.ts';
import { violations } from './json-schema.ts';

const DOCS = path.resolve(import.meta.dirname, '../../docs');
const SCHEMA = asRecord(parseJson(await readFile(path.join(DOCS, 'policy.schema.json')))) ?? {};
const EXAMPLE = shownFiles(await readFile(path.join(DOCS, 'policy.md'), 'utf8')).get('buildpacks-ci.policy.toml') ?? '';

describe('the example of docs/policy.md', () => {
  test('is a policy, with something of every topic', () => {
    const topics = new Set(parsePolicy(EXAMPLE, 'example').rules.map(({ name }) => name.split('.')[0]));
    expect([...topics].sort()).toEqual(TOPICS.map(({ name }) => name).sort());
  });

  test('is what docs/policy.schema.json describes', () => {
    expect(violations(SCHEMA, { ...parse(EXAMPLE) })).toEqual([]);
  });
});

test.each(TOPICS.flatMap((topic) => topic.keys.map((key) => [`${topic.name}.${key.name}`, topic, key] as const)))(
  'the example of %s is read',
  (name, topic, key) => {
    const example = key.example.replace('…', 'a'.repeat(64));
    const text = `version = 1\n[${topic.name}]\n${key.name} = ${example}\n`;
    expect(parsePolicy(text, 'p.toml').rules.map((rule) => rule.name)).toEqual([name]);
    expect(violations(SCHEMA, { ...parse(text) })).toEqual([]);
  },
);

describe('docs/policy.schema.json', () => {
  test.each([
    ['another version', 'version = 2'],
    ['an unknown topic', 'version = 1\n[builder]\nallow = []'],
    ['an unknown rule', 'version = 1\n[builders]\nalow = []'],
    ['an unknown origin', 'version = 1\n[buildpacks]\nfrom = ["moon"]'],
    ['a text for a list', 'version = 1\n[targets]\nallow = "x"'],
  ])('refuses %s, as the program does', (_name, text) => {
    expect(violations(SCHEMA, { ...parse(text) })).not.toEqual([]);
    expect(() => parsePolicy(text, 'p.toml')).toThrow();
  });
});
