import { expect, it } from 'vitest';
import { renderTask } from '../../bench/tekton.ts';

/** What docs/tekton.md says of Tekton's hermetic execution mode, by which its entrypoint takes the network away. */
const ASKED = { 'experimental.tekton.dev/execution-mode': 'hermetic' } as const;

async function stepsWithout(enableApiFields: string): Promise<readonly string[]> {
  const { problems, pod } = await renderTask({
    task: 'tekton/task/buildpacks-ci/buildpacks-ci.yaml',
    params: { image: 'registry.example/app', builder: `registry.example/builder@sha256:${'1'.repeat(64)}` },
    workspaces: { source: { kind: 'emptyDir' } },
    annotations: ASKED,
    featureFlags: { 'enable-api-fields': enableApiFields },
  });
  expect(problems).toEqual([]);
  const isAsked = (name: string, value = '') => name === 'TEKTON_HERMETIC' && value === '1';
  return (pod?.spec.containers ?? [])
    .filter(({ env = [] }) => env.some(({ name, value }) => isAsked(name, value)))
    .map(({ name }) => name);
}

it('takes the network of all steps of the Task with alpha fields, those that need a registry too', async () => {
  expect(await stepsWithout('alpha')).toEqual(['step-prepare', 'step-build', 'step-publish']);
});

it('takes nothing otherwise, and says nothing', async () => {
  expect(await stepsWithout('beta')).toEqual([]);
});
