import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskOptions, TaskOutcome } from '../bench/tekton.ts';
import { requiresDocker } from '../support/requires.ts';
import { ANY_USER, ARBITRARY, startTekton, type Tekton } from './support/tekton.ts';

/** Results as Tekton's entrypoint writes them into a container's termination message: 1 is one of the TaskRun, 4 one of the step. */
const FORGED = JSON.stringify([
  { key: 'IMAGE_URL', value: 'registry.invalid/planted', type: 1 },
  { key: 'IMAGE_DIGEST', value: `sha256:${'6'.repeat(64)}`, type: 1 },
  { key: 'OTHER_IMAGE_URL', value: 'registry.invalid/planted', type: 1 },
  { key: 'CACHE', value: 'planted', type: 4 },
]);

const RESULTS = ['IMAGE_URL', 'IMAGE_DIGEST', 'APP_IMAGE_URL', 'APP_IMAGE_DIGEST', 'BASE_IMAGE_DIGEST', 'CACHE'];

/** What a buildpack tries to write to. */
const PLACES = {
  'the results of the step before': '/tekton/run/0/status/results/plan-digest',
  'the results of the step after': '/tekton/run/2/status/results/IMAGE_DIGEST',
  'the exit status of the step before': '/tekton/run/0/status/exitCode',
  'the sign of the step after that it is done': '/tekton/run/2/out',
  'the names of the steps': '/tekton/steps/step-publish',
  'the entrypoint': '/tekton/bin/entrypoint',
  'the plan': '/buildpacks-ci/prepared/build/plan.json',
  'programs of the step after': '/buildpacks-ci/prepared/build/tools/busybox',
} as const;

requiresDocker('a buildpack in the Tekton Task that is an attacker', () => {
  let tekton: Tekton;
  let honest: TaskOutcome;
  let image: string;
  const attack = (script: string, publish = 'true', more: Partial<TaskOptions> = {}) =>
    tekton.run({ params: { image, publish, buildpacks: ['test/shell'], env: [`BP_SHELL=${script}`] }, ...more });

  beforeAll(async () => {
    tekton = await startTekton({ buildpacks: ['shell'] });
    image = tekton.world.image(`app-${randomUUID()}`);
    honest = await attack(':');
    if (!honest.succeeded) throw new Error(honest.text);
  });
  afterAll(() => tekton.stop());

  describe.each([
    ['with the users of the manifest', {}],
    ['with one user for all steps', { task: ANY_USER, user: ARBITRARY }],
  ])('may not write, %s,', (_users, more) => {
    let run: TaskOutcome;
    beforeAll(async () => {
      const attempts = Object.values(PLACES).map(
        (place) =>
          `{ echo planted >> ${place}; } 2>&- && echo "wrote ${place}"; rm ${place} 2>&- && echo "removed ${place}"`,
      );
      run = await attack(`${attempts.join('; ')}; echo tried`, 'true', more);
    });

    it.each(Object.entries(PLACES))('%s', (_what, place) => {
      expect(run.steps[1]?.log).toContain('shell: tried');
      expect(run.steps[1]?.log).not.toMatch(new RegExp(`shell: (wrote|removed) ${place}$`, 'm'));
    });

    it('so that the run goes on as if nothing had been tried', () => {
      expect(run.succeeded, run.text).toBe(true);
      expect(Object.keys(run.results).sort()).toEqual([...RESULTS].sort());
    });
  });

  it.each([
    ['true', RESULTS],
    ['false', ['BASE_IMAGE_DIGEST', 'CACHE']],
  ])('adds no result to the run, wherever it writes it, with publish: %s', async (publish, names) => {
    const script = [
      `printf %s '${FORGED}' | tee /tekton/termination`,
      'mkdir -p /tekton/run/1/status/results',
      'for folder in /tekton/results /tekton/run/1/status/results; do',
      '  printf planted | tee "$folder/IMAGE_DIGEST" "$folder/IMAGE_URL"',
      'done',
      // Over what is there without emptying it first, and longer than anything that Tekton writes.
      `(trap '' TERM; while :; do printf '%-3000s' '${FORGED}' 1<>/tekton/termination; done) >/dev/null 2>&1 &`,
    ];
    const run = await attack(script.join('\n'), publish);
    const expected = names.map((name) => [name, honest.results[name]] as const);
    expect(run.results, run.text).toEqual(Object.fromEntries(expected));
    expect(run.succeeded).toBe(true);
  });

  it('adds no result by replacing our tools in its step, which run after it', async () => {
    const script = [
      'cd /tmp/buildpacks-ci/tools && mkdir /tmp/own && mv busybox /tmp/own',
      `printf '%s' '${FORGED}' >/tmp/own/forged`,
      `printf '#!/bin/sh\\ncat /tmp/own/forged >/tekton/termination\\nexec /tmp/own/busybox "$@"\\n' >busybox`,
      'chmod 755 busybox && echo replaced',
    ];
    const run = await attack(script.join('\n'));
    expect(run.steps[1]?.log).toContain('shell: replaced');
    expect(run.results, run.text).toEqual(honest.results);
  });

  it('adds no artifact to the run and its steps, nor what keeps them from being read', async () => {
    const artifacts = JSON.stringify({
      outputs: [{ name: 'planted', buildOutput: true, values: [{ uri: 'registry.invalid/planted' }] }],
    });
    const script = [
      'mkdir -p /tekton/run/1/status/artifacts',
      'for folder in /tekton/artifacts /tekton/run/1/status/artifacts; do',
      `  printf %s '${artifacts}' >"$folder/provenance.json" && echo planted`,
      'done',
    ];
    const run = await attack(script.join('\n'));
    expect(run.steps[1]?.log).toContain('shell: planted');
    expect(run.artifacts, run.text).toBe('');
    const folder = await attack('mkdir /tekton/artifacts/provenance.json');
    expect(folder.results, folder.text).toEqual(honest.results);
  });

  it('adds none to a run that it fails', async () => {
    const run = await attack(`printf %s '${FORGED}' >/tekton/termination; exit 1`);
    expect(run.succeeded, run.text).toBe(false);
    expect(run.results).toEqual({});
  });

  // Nobody is left to empty the message then. docs/tekton.md says what to make of a run that has failed.
  it('may leave results only in a run that it fails by killing its step', async () => {
    const run = await attack(`printf %s '${FORGED}' >/tekton/termination; kill -KILL -1`);
    expect(run.succeeded, run.text).toBe(false);
    expect(run.steps[2]?.reason).toBe('Skipped');
    expect(run.results).toMatchObject({ IMAGE_URL: 'registry.invalid/planted' });
  });

  it('has the step after begin early at most, which then finds no image or the right one', async () => {
    const run = await attack('touch /tekton/run/1/out; sleep 2');
    expect([{}, honest.results], run.text).toContainEqual(run.results);
  });

  it('has no part in where the image goes', () => {
    const written = tekton.world.registry.requests().filter(({ method }) => method === 'PUT' || method === 'POST');
    const repository = image.slice(tekton.world.registry.host.length + 1, image.lastIndexOf(':'));
    expect(written.filter(({ path }) => !path.startsWith(`/v2/${repository}/`))).toEqual([]);
  });
});
