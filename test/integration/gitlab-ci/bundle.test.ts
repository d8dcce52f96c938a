import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, test } from 'vitest';

const MEGABYTE = 1_000_000;

test('the bundle is smaller than 2 MB', async () => {
  expect((await stat(inject('programs').gitlabCi)).size).toBeLessThan(2 * MEGABYTE);
});

test('comes with the licences of what is in it, and nothing of another CI is', async () => {
  const licences = await readFile(path.join(path.dirname(inject('programs').gitlabCi), 'licences.txt'), 'utf8');
  expect(licences).toContain('\nundici ');
  expect(licences).not.toMatch(/@actions|@octokit|@azure/);
});
