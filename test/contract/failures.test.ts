import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BuildpacksError, EXIT_STATUS, InputError } from '../../packages/core/src/errors/index.ts';
import { createAnnotations } from '../../packages/github-action/src/annotations.ts';
import { TOOLKIT } from '../../packages/github-action/src/toolkit.ts';
import { ROOT } from '../support/documents.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs/github.md'), 'utf8');

/** The title of the annotation that GitHub shows for an error. */
function titleOf(error: Error): string {
  const titles: (string | undefined)[] = [];
  const toolkit = {
    ...TOOLKIT,
    error: (_: string | Error, properties?: { title?: string }) => titles.push(properties?.title),
    isDebug: () => false,
  };
  createAnnotations(toolkit, { workspace: '/w', app: '/w' }).fail(error, (text) => text);
  return titles.join();
}

/** What docs/github.md gives as status for a title. */
function documentedStatus(title: string): string | undefined {
  const row = PAGE.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${title}\``));
  return row?.split('|')[2]?.trim();
}

test.each(Object.entries(EXIT_STATUS) as [keyof typeof EXIT_STATUS, number][])(
  'docs/github.md has the title and status of "%s"',
  (code, status) => {
    expect(documentedStatus(titleOf(new BuildpacksError(code, 'message')))).toBe(String(status));
  },
);

test('docs/github.md has the title of a wrong input', () => {
  const title = titleOf(new InputError([{ input: 'builder', message: 'missing' }]));
  expect(documentedStatus(title.replace('builder', '…'))).toBe('2');
});
