import { afterAll, beforeAll, expect, it } from 'vitest';
import { runWorkflow } from '../bench/argo.ts';
import { reportOf } from '../bench/gitlab.ts';
import { runTask } from '../bench/tekton.ts';
import { loadToolImage } from '../bench/tool-image.ts';
import { requiresDocker } from '../support/requires.ts';
import { TEMPLATES } from './support/argo.ts';
import { build } from './support/cli.ts';
import { type GitLab, jobOf, startGitLab } from './support/gitlab.ts';
import { ARBITRARY } from './support/tekton.ts';
import { startWorld, type World } from './support/world.ts';

const APP = 'samples/apps/procfile';

requiresDocker('a rebase in a Pod', () => {
  let world: World;
  let toolImage: string;
  const images = ['tekton', 'any-user', 'argo'] as const;
  beforeAll(async () => {
    world = await startWorld({ buildpacks: ['procfile'] });
    toolImage = await loadToolImage();
    for (const name of images) await build([world.image(name), '--builder', world.builder, '--path', APP]);
    await world.addRunImage('run', { edition: '2' });
  });
  afterAll(() => world.stop());

  it.each([
    ['buildpacks-ci-rebase', 'tekton', {}],
    ['buildpacks-ci-rebase-any-user', 'any-user', { user: ARBITRARY }],
  ] as const)('is the Task %s', async (task, name, more) => {
    const image = world.image(name);
    const before = await world.digest(image);
    const { results, text } = await runTask({
      task: `tekton/task/${task}/${task}.yaml`,
      params: { images: [image], 'keep-old-as': '{tag}-before-{digest}', 'tool-image': toolImage },
      ...more,
    });
    const after = await world.digest(image);
    const references = `${image.replace(/:[^:/]+$/, '')}@${after}`;
    expect(results, text).toEqual({ REBASED: '1', OUTDATED: '0', FAILED: '0', IMAGES: references });
    expect(after).not.toBe(before);
    expect(await world.digest(`${image}-before-${before.slice(7, 19)}`)).toBe(before);
  });

  it('is the template "rebase" for Argo', async () => {
    const image = world.image('argo');
    const before = await world.digest(image);
    const { outputs, text } = await runWorkflow({
      templates: TEMPLATES,
      templateRef: { name: 'buildpacks-ci', template: 'rebase' },
      parameters: { images: image, 'keep-old-as': '{tag}-before-{digest}', 'tool-image': toolImage },
    });
    expect(outputs, text).toMatchObject({ rebased: '1', outdated: '0', failed: '0' });
    expect(await world.digest(`${image}-before-${before.slice(7, 19)}`)).toBe(before);
  });
});

requiresDocker('the GitLab component that rebases', () => {
  let gitlab: GitLab;
  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['procfile'] });
  });
  afterAll(() => gitlab.stop());

  it('moves the tag of the project’s image, by the login of the job', async () => {
    const image = `${gitlab.registry.host}/acme/shop:latest`;
    const inputs = { builder: gitlab.world.builder, path: 'app', image: '$CI_REGISTRY_IMAGE' };
    const built = await gitlab.run({ components: [{ inputs }], apps: { app: APP } });
    expect(jobOf(built).status, built.text).toBe('success');
    const before = await gitlab.world.digest(image);
    await gitlab.world.addRunImage('run', { edition: '2' });
    const rules = [{ if: '$CI_COMMIT_BRANCH' }];
    const rebased = await gitlab.run({
      components: [{ template: 'rebase', inputs: { images: '$CI_REGISTRY_IMAGE:latest', rules } }],
    });
    const job = jobOf(rebased, 'rebase-images');
    expect(job.status, rebased.text).toBe('success');
    expect(await gitlab.world.digest(image)).not.toBe(before);
    expect(JSON.stringify(reportOf(job, 'dotenv'))).toContain('BUILDPACKS_REBASED=1');
  });
});
