import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderTask, validateObjects } from '../../bench/tekton.ts';

const TASK = path.resolve('tekton/task/buildpacks-ci/buildpacks-ci.yaml');

describe('resources of the step build', () => {
  it('can be no params: Tekton parses quantities before it puts params in', async () => {
    const task = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: probe }
spec:
  params: [{ name: memory, type: string }]
  steps:
    - name: build
      image: example.test/image
      command: [echo]
      computeResources: { requests: { memory: $(params.memory) } }
`;
    expect((await validateObjects([task])).join('\n')).toMatch(/quantities must match/);
  });

  it('are those of a TaskRun, where it has some', async () => {
    const resources = { requests: { memory: '2Gi' }, limits: { memory: '4Gi' } };
    const { problems, pod } = await renderTask({
      task: TASK,
      params: { builder: 'example.test/builder', image: 'example.test/app' },
      workspaces: { source: { kind: 'emptyDir' } },
      spec: { stepSpecs: [{ name: 'build', computeResources: resources }] },
    });
    expect(problems).toEqual([]);
    const build = pod?.spec.containers.find(({ name }) => name === 'step-build');
    expect(build).toMatchObject({ resources });
  });
});
