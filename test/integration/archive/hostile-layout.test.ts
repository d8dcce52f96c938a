import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLayout } from '../../../packages/core/src/layout/index.ts';

it.each(['oci-layout', 'index.json'])('a pipe in the place of %s is refused and blocks nobody', async (name) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'layout-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  writeFileSync(path.join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  rmSync(path.join(directory, name), { force: true });
  execFileSync('mkfifo', [path.join(directory, name)]);

  await expect(openLayout(directory)).rejects.toMatchObject({
    code: 'image',
    message: expect.stringContaining('not a regular file') as string,
  });
});
