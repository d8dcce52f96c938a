import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { buildSteps, type GitHub, startGitHub } from './support/github.ts';
import { containersOf, processesWith } from './support/traces.ts';
import { temporaryDirectory } from './support/world.ts';

/** How a job is cancelled. */
const WAYS: readonly {
  readonly title: string;
  readonly cancel: (act: ChildProcess, machine: string) => Promise<void>;
}[] = [
  { title: 'by a signal to the action, as GitHub’s runner does it', cancel: (_, machine) => interruptAction(machine) },
  {
    title: 'by a runner that kills the action at once, and runs what follows the job',
    cancel: (act) => Promise.resolve(void act.kill('SIGINT')),
  },
];

requiresDocker('a job that is cancelled while a buildpack runs', () => {
  let github: GitHub;
  beforeAll(async () => {
    github = await startGitHub({ buildpacks: ['slow'] });
  });
  afterAll(() => github.stop());

  it.each(WAYS)('leaves nothing behind: $title', async ({ cancel }) => {
    const { world } = github;
    const machine = await temporaryDirectory('machine');
    const inputs = { image: world.image('slow'), builder: world.builder, path: 'app', env: 'BP_SLOW_SECONDS=600' };
    const run = await github.run({
      jobs: { build: { steps: buildSteps(inputs) } },
      apps: { app: 'samples/apps/procfile' },
      machine,
      when: { text: 'slow: begin', then: (act) => void cancel(act, machine) },
    });
    expect(run.status, run.text).not.toBe(0);
    expect(await containersOf(world.registry.host)).toEqual([]);
    expect(await processesWith(machine)).toEqual([]);
    expect(await leftIn(machine)).toEqual([]);
  });
});

/** Sends SIGINT to the process of the action's step. */
async function interruptAction(machine: string): Promise<void> {
  const [line = ''] = (await processesWith(machine)).filter((found) => found.includes('dist/index.cjs'));
  process.kill(Number(line.split(':')[0]), 'SIGINT');
}

/** Files in the folders for temporary ones, the runner's and the machine's; of the runner's folder act keeps a cancelled job's. */
async function leftIn(machine: string): Promise<readonly string[]> {
  const files = await readdir(machine, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => !file.isDirectory())
    .map((file) => path.relative(machine, path.join(file.parentPath, file.name)))
    .filter((file) => /^tmp\/|\/tmp\//.test(file));
}
