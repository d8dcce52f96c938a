import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobLog, JobOutcome } from '../bench/gitlab.ts';
import { requiresDocker } from '../support/requires.ts';
import { type GitLab, jobOf, startGitLab } from './support/gitlab.ts';

const JOBS = { failing: 'a failing buildpack', refused: 'bad inputs', hostile: 'hostile output' } as const;

/** What only the program can tell. */
const BAD = { env: '=no name', labels: 'no value', tags: 'type=moon', builder: 'Not A Builder' };

/** Erases, moves the cursor, or talks to the terminal; colours do not, and neither does what GitLab's sections are made of. */
const CONTROL = /\u001b(?!\[[\d;]*m|\[0?K)|[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f\u009b\u009d]/u;

let gitlab: GitLab;
let jobs: Readonly<Record<keyof typeof JOBS, JobOutcome>>;
beforeAll(async () => {
  gitlab = await startGitLab({ buildpacks: ['hostile-output'] });
  const failing = await gitlab.world.addBuilder('failing', {
    buildpacks: ['test/buildpacks/failing'],
    order: [[{ id: 'test/failing' }]],
  });
  const inputs = { path: 'app', builder: gitlab.world.builder };
  const run = await gitlab.run({
    components: [
      { inputs: { ...inputs, 'job-name': JOBS.failing, image: '$CI_REGISTRY_IMAGE/failing', builder: failing } },
      { inputs: { ...inputs, 'job-name': JOBS.refused, image: '$CI_REGISTRY_IMAGE/refused', ...BAD } },
      { inputs: { ...inputs, 'job-name': JOBS.hostile, image: '$CI_REGISTRY_IMAGE/hostile' } },
    ],
    apps: { app: 'samples/apps/procfile' },
  });
  jobs = {
    failing: jobOf(run, JOBS.failing),
    refused: jobOf(run, JOBS.refused),
    hostile: jobOf(run, JOBS.hostile),
  };
});
afterAll(() => gitlab.stop());

/** What the program itself has printed, without the runner's lines. */
function ownLines({ raw }: JobLog): readonly string[] {
  const lines = raw.split('\n');
  const from = lines.findIndex((line) => line.includes('/bin/buildpacks-ci-gitlab'));
  const to = lines.findLastIndex((line) => /section_end:\d+:step_script/.test(line));
  return lines.slice(from + 1, to === -1 ? undefined : to);
}

requiresDocker('the GitLab component', () => {
  describe('with a buildpack that fails', () => {
    it('fails with the lifecycle’s exit status', () => {
      const { failing } = jobs;
      expect(failing, failing.log.text).toMatchObject({
        status: 'failed',
        failureReason: 'script_failure',
        exitCode: 51,
      });
    });

    it('tells which buildpack it was, and what it has said', () => {
      expect(jobs.failing.log.text).toContain('failing: the missing part is missing');
      expect(jobs.failing.log.text).toMatch(/test\/failing.* failed/);
    });

    it('ends the sections that it has begun', () => {
      expect(jobs.failing.log.strays).toEqual([]);
    });
  });

  it('names all inputs that are wrong at once, and fails with status 2', () => {
    const { refused } = jobs;
    expect(refused, refused.log.text).toMatchObject({ status: 'failed', exitCode: 2 });
    const named = [...refused.log.text.matchAll(/^ {2}- ([a-z-]+): /gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(BAD).sort());
  });

  it('has no pipeline for an input that GitLab itself can tell is wrong', async () => {
    const inputs = { builder: gitlab.world.builder, 'creation-time': 'yesterday' };
    await expect(gitlab.run({ components: [{ inputs }] })).rejects.toThrow(/creation-time.*yesterday/);
  });

  describe('with a buildpack that prints markers and terminal controls', () => {
    it('builds', () => {
      expect(jobs.hostile.status, jobs.hostile.log.text).toBe('success');
      expect(jobs.hostile.log.text).toContain('hostile-output: end');
    });

    it('has no sections but its own', () => {
      const { sections, strays } = jobs.hostile.log;
      expect(strays).toEqual([]);
      expect(sections.map(({ name }) => name).filter((name) => name.includes('planted'))).toEqual([]);
    });

    it('prints nothing that a terminal obeys', () => {
      const lines = ownLines(jobs.hostile.log);
      expect(lines.length).toBeGreaterThan(20);
      expect(lines.filter((line) => CONTROL.test(line))).toEqual([]);
    });
  });
});
