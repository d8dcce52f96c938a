import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkflowOutcome } from '../bench/act.ts';
import { requiresEngine } from '../support/requires.ts';
import { buildSteps, type GitHub, startGitHub } from './support/github.ts';

/** What GitHub's runner takes for a command: it looks past blanks, and for its older form anywhere in a line. */
const COMMAND = /^\s*::[^\s:]+(?:\s[^]*?)?::|##\[[^\]]+\]/u;
const LINE_OF_LIFECYCLE = /hostile-output: (?:begin|end)/;

requiresEngine('a buildpack that prints workflow commands', () => {
  let github: GitHub;
  let run: WorkflowOutcome;
  beforeAll(async () => {
    github = await startGitHub({ buildpacks: ['hostile-output'] });
    const image = github.world.image('hostile');
    const steps = [
      ...buildSteps({ image, builder: github.world.builder, path: 'app' }),
      { run: 'echo "path: $PATH"; echo "the letter e"' },
    ];
    run = await github.run({ jobs: { build: { steps } }, apps: { app: 'samples/apps/procfile' } });
  });
  afterAll(() => github.stop());

  it('builds as any other', async () => {
    expect(run.status, run.text).toBe(0);
    expect(run.printed.filter((line) => LINE_OF_LIFECYCLE.test(line))).toHaveLength(2);
    expect(run.outputs['build.digest']).toBe(await github.world.digest(github.world.image('hostile')));
  });

  describe('commands nothing', () => {
    it('by what the runner obeys', () => {
      const obeyed = run.commands.filter(({ name }) => name !== 'ignored');
      expect(obeyed.filter((command) => JSON.stringify(command).includes('planted'))).toEqual([]);
      // The action's own masks are long.
      expect(obeyed.filter(({ name, value }) => name === 'add-mask' && value.length < 2)).toEqual([]);
    });

    it('by what the runner reads as text', () => {
      expect(run.printed.filter((line) => COMMAND.test(line))).toEqual([]);
    });

    it('by what later steps get', () => {
      const [line = ''] = run.printed.filter((printed) => printed.startsWith('path: '));
      expect(line).not.toContain('planted');
      expect(run.printed).toContain('the letter e');
    });
  });
});
