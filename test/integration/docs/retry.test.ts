import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../support/documents.ts';
import { markdownBlocks } from '../../support/markdown-blocks.ts';

/** Ends with the status that comes next in the file beside it. */
const PROGRAM = `#!/bin/sh
read -r status rest <"$0.statuses"
echo "$rest" >"$0.statuses"
exit "$status"
`;

test.each([
  [[0], 0],
  [[111, 0], 0],
  [[111, 51], 51],
  [[51, 0], 51],
])('docs/other-ci.md tries again what may pass: of %j comes %i', async (statuses, expected) => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'buildpacks-ci-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const program = path.join(directory, 'buildpacks-ci');
  await writeFile(program, PROGRAM);
  await writeFile(path.join(directory, 'sleep'), '#!/bin/sh\n');
  await chmod(program, 0o755);
  await chmod(path.join(directory, 'sleep'), 0o755);
  await writeFile(`${program}.statuses`, `${statuses.join(' ')}\n`);
  const { status } = spawnSync('sh', ['-ec', retrying()], { env: { PATH: `${directory}:/usr/bin:/bin` } });
  expect(status).toBe(expected);
  expect((await readFile(`${program}.statuses`, 'utf8')).trim()).toBe(statuses[0] === 51 ? '0' : '');
});

function retrying(): string {
  const page = readFileSync(path.join(ROOT, 'docs/other-ci.md'), 'utf8');
  const block = markdownBlocks(page).find(({ content }) => content.includes('= 111'));
  return block?.content ?? '';
}
