import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../bench/cache.ts';
import type { PipelineEvent } from '../bench/gitlab.ts';
import { type ComponentInclude, pipelineExamples } from '../support/component-includes.ts';
import { requiresDocker } from '../support/requires.ts';
import { type ComponentInputs, type GitLab, startGitLab } from './support/gitlab.ts';

const APP = 'samples/apps/procfile';
const MAIN: PipelineEvent = { kind: 'branch', name: 'main', isProtected: true };
const REQUEST: PipelineEvent = { kind: 'merge request', name: 'patch' };

/** Examples of docs/gitlab.md that other tests do not build in the same way, with the tags that they write. */
const EXAMPLES: readonly (readonly [string, PipelineEvent, RegExp])[] = [
  ['build-billing', MAIN, /\/acme\/shop\/(shop|billing)\/manifests\/latest$/],
  ['build-review', REQUEST, /\/acme\/shop\/manifests\/pr-\d+$/],
];

requiresDocker('docs/gitlab.md', () => {
  let gitlab: GitLab;
  beforeAll(async () => {
    gitlab = await startGitLab({ buildpacks: ['procfile'] });
  });
  afterAll(() => gitlab.stop());

  it.each(EXAMPLES)('the example with %s publishes what the page says', async (job, event, tag) => {
    const includes = exampleWith(job);
    gitlab.world.registry.forget();
    const { jobs, text } = await gitlab.run({
      components: includes.map(({ inputs }) => ({
        inputs: { ...(inputs as ComponentInputs), builder: gitlab.world.builder },
      })),
      apps: { 'apps/shop': APP, 'apps/billing': APP },
      files: { Procfile: 'web: sh -c date\n' },
      event,
    });
    expect(
      Object.values(jobs).map(({ status }) => status),
      text,
    ).toEqual(includes.map(() => 'success'));
    const written = gitlab.world.registry.requests().filter(({ method }) => method === 'PUT');
    expect(written.filter((request) => tag.test(request.path))).toHaveLength(includes.length);
  });
});

/** What the example includes in which a job has this name. */
function exampleWith(job: string): readonly ComponentInclude[] {
  const examples = pipelineExamples(readFileSync(path.join(ROOT, 'docs/gitlab.md'), 'utf8'));
  const example = examples.find(({ includes }) => includes.some(({ inputs }) => inputs['job-name'] === job));
  if (example === undefined) throw new Error(`the page has no example with ${job}`);
  return example.includes;
}
