import { createProcessRunner } from '@buildpacks-ci/core';
import { expect, test } from 'vitest';
import { createJobLog } from '../../../packages/gitlab-ci/src/log.ts';

const SECRET = 'a-secret-in-two-pieces';

/** Writes the pieces of its arguments one after the other, each in a write of its own. */
const PIECEWISE =
  'const [first, ...more] = process.argv.slice(1); process.stdout.write(first);' +
  'more.forEach((piece, index) => setTimeout(() => process.stdout.write(piece), 50 * (index + 1)));';

test.each([
  ['plain', [SECRET.slice(0, 9), SECRET.slice(9)]],
  ['in base64', [Buffer.from(SECRET).toString('base64').slice(0, 9), Buffer.from(SECRET).toString('base64').slice(9)]],
  ['after a marker that comes in pieces', ['\x1b[0Ksection_', 'end:1:buildpacks_ci_1_run\r', `\x1b[0K${SECRET}`]],
])('what a program prints in pieces is read as a whole: a secret, %s', async (_, pieces) => {
  let printed = '';
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const log = createJobLog({ print: (text) => (printed += text), clock, environment: {}, level: 'info' });
  log.mask(SECRET);
  log.phase('run');
  await createProcessRunner().run({
    file: process.execPath,
    args: ['-e', PIECEWISE, ...pieces],
    onLine: (line) => {
      log.output(line);
    },
  });
  expect(printed).toContain('***');
  expect(printed).not.toContain(SECRET.slice(0, 9));
  expect(printed).not.toContain('section_end');
});
