import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FACTS_FILE } from '../../packages/core/src/airgap/content/bundle-facts.ts';
import { HEAD_FILES } from '../../packages/core/src/airgap/content/bundle-files.ts';
import { ROOT } from '../support/documents.ts';

const PAGE = read('docs/air-gap.md');
const SOURCES = globSync('packages/{core,cli}/src/**/*.ts', { cwd: ROOT }).map(read).join('\n');

test('what the table of messages quotes is what we say', () => {
  const [, table = ''] = /^## What goes wrong$([^]*?)^## /m.exec(PAGE) ?? [];
  const quoted = [...table.matchAll(/^\| `([^`]*)`/gm)].map(([, text = '']) => text);
  const fragments = quoted.flatMap((text) => text.split(/"?…"?/)).map((text) => text.trim());
  expect(quoted.length).toBeGreaterThan(5);
  expect(fragments.filter((text) => !SOURCES.includes(text))).toEqual([]);
});

test('the table of a bundle’s files has those beside the images', () => {
  const [, table = ''] = /^## The bundle$([^]*?)^- /m.exec(PAGE) ?? [];
  const named = [...table.matchAll(/`([^`…]+)`/g)].map(([, file]) => file);
  expect(HEAD_FILES.filter((file) => !named.includes(file))).toEqual([]);
  expect(named).toContain(FACTS_FILE);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
