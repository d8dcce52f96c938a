import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { buildpacksCi } from './command-line.ts';

test.each([
  ['fleet', '--list=-', '--list=-'],
  ['fleet', '--list=-', '--pods=-'],
  ['policy', 'check', '--list=-', '--list=-'],
])('%s %s %s reads standard input once', async (...args) => {
  const directory = await temporaryDirectory();
  const { status, stderr } = await buildpacksCi(args, { directory, input: 'r.example/app:1\n' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('list: standard input is named twice')]);
});
