import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeTree } from '../../../packages/core/src/files/remove-tree.ts';
import { SILENT_LOG } from '../../../packages/core/src/ports/index.ts';
import { createProcessRunner } from '../../../packages/core/src/ports/node-processes.ts';
import { requiresRoot } from '../../support/requires.ts';

const ports = { processes: createProcessRunner(), log: SILENT_LOG };

async function scratchDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'remove-tree-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function shell(script: string, directory: string): void {
  execFileSync('bash', ['-euc', script], { cwd: directory });
}

/** As BusyBox's `rm`, which gives up on long paths. */
const withoutRm = {
  ...ports,
  processes: { run: () => Promise.resolve({ status: 1, signal: null, stdout: '', stderr: '' }) },
};

it.each([
  ['with the machine’s rm', ports],
  ['without one that can do so', withoutRm],
])('removes folders that are nested deeper than a path can say, %s', async (_, ports) => {
  const scratch = await scratchDirectory();
  const deeper = "fs.mkdirSync('a-folder'); process.chdir('a-folder')";
  const script = `fs.mkdirSync('tree'); process.chdir('tree'); for (let i = 0; i < 1000; i++) { ${deeper} }`;
  execFileSync(process.execPath, ['-e', script], { cwd: scratch });
  await removeTree(path.join(scratch, 'tree'), ports);
  await expect(stat(path.join(scratch, 'tree'))).rejects.toThrow('ENOENT');
});

it('follows no link', async () => {
  const scratch = await scratchDirectory();
  await writeFile(path.join(scratch, 'kept'), 'kept');
  shell('mkdir tree; ln -s .. tree/up; ln -s ../kept tree/file', scratch);
  await removeTree(path.join(scratch, 'tree'), ports);
  expect(await readFile(path.join(scratch, 'kept'), 'utf8')).toBe('kept');
});

it('is well when nothing is there', async () => {
  await expect(removeTree(path.join(await scratchDirectory(), 'none'), ports)).resolves.toBeUndefined();
});

requiresRoot('with something mounted', () => {
  it('leaves all as it is, and says so', async () => {
    const scratch = await scratchDirectory();
    shell('mkdir -p outside tree/mounted; echo kept >outside/file; mount --bind outside tree/mounted', scratch);
    const warnings: string[] = [];
    const log = { ...SILENT_LOG, warn: (message: string) => warnings.push(message) };
    try {
      await removeTree(path.join(scratch, 'tree'), { ...ports, log });
    } finally {
      shell('umount tree/mounted', scratch);
    }
    expect(await readFile(path.join(scratch, 'outside/file'), 'utf8')).toBe('kept\n');
    expect(warnings).toEqual([expect.stringContaining('tree/mounted')]);
  });
});
