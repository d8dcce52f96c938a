import { describe, expect, it } from 'vitest';
import { renderTask, validateObjects } from '../../bench/tekton.ts';

const RIGHTS = `
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }`;

const TASK = `
apiVersion: tekton.dev/v1
kind: Task
metadata: { name: probe }
spec:
  params:
    - { name: image, type: string }
    - { name: lines, type: array, default: [] }
  workspaces: [{ name: source }]
  steps:
    - name: probe
      image: example.test/image
      command: [echo]
      args: ["$(params.image)", "$(params.lines[*])"]${RIGHTS}
`;

const GIVEN = { task: TASK, params: { image: 'a' }, workspaces: { source: { kind: 'emptyDir' } } } as const;

describe('the Pod of a Task', () => {
  it('is taken by a restricted namespace', async () => {
    const { problems, refusals, pod } = await renderTask(GIVEN);
    expect([problems, refusals]).toEqual([[], []]);
    expect(pod?.spec.containers.map(({ name }) => name)).toEqual(['step-probe']);
  });

  it('has one volume for two workspaces on one claim', async () => {
    const claim = { kind: 'directory', path: '/anywhere', claim: 'work' } as const;
    const task = TASK.replace('[{ name: source }]', '[{ name: source }, { name: cache }]');
    const workspaces = { source: { ...claim, subPath: 'source' }, cache: { ...claim, subPath: 'cache' } };
    const { problems, pod } = await renderTask({ ...GIVEN, task, workspaces });
    expect(problems).toEqual([]);
    const claims = pod?.spec.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    expect(claims).toEqual(['work']);
  });

  it('is not taken without set-security-context', async () => {
    const { refusals } = await renderTask({ ...GIVEN, featureFlags: { 'set-security-context': 'false' } });
    expect(refusals.join('\n')).toMatch(/allowPrivilegeEscalation != false: containers? .*"prepare"/);
  });

  it('is taken without it where nothing is enforced', async () => {
    const { refusals } = await renderTask({
      ...GIVEN,
      featureFlags: { 'set-security-context': 'false' },
      namespacePolicy: 'privileged',
    });
    expect(refusals).toEqual([]);
  });

  it.each([
    ['a workspace is missing', { workspaces: {} }, /declared workspace "source" is required but has not been bound/],
    ['a workspace is unknown', { workspaces: { ...GIVEN.workspaces, other: { kind: 'emptyDir' } } }, /other/],
    ['a param is missing', { params: {} }, /image/],
    ['a param has the wrong type', { params: { image: ['a'] } }, /image/],
    ['a param is used that is not declared', { task: TASK.replace('params.image', 'params.picture') }, /picture/],
    ['a field is unknown', { task: TASK.replace('args:', 'arguments:') }, /unknown field "spec.steps\[0\].arguments"/],
  ] as const)('is not made when %s', async (_, changes, problem) => {
    const { problems, pod } = await renderTask({ ...GIVEN, ...changes });
    expect(problems.join('\n')).toMatch(problem);
    expect(pod).toBeUndefined();
  });

  it('may have no other user than its namespace', async () => {
    const own = TASK.replace('runAsNonRoot: true', 'runAsNonRoot: true, runAsUser: 1001');
    const { refusals } = await renderTask({ ...GIVEN, task: own, user: 1_000_680_000 });
    expect(refusals).toEqual(["step-probe: runAsUser: 1001 is not in the namespace's range"]);
  });

  it('has the steps of StepActions', async () => {
    const action = TASK.replace('tekton.dev/v1', 'tekton.dev/v1beta1')
      .replace('kind: Task', 'kind: StepAction')
      .replace(/ {2}workspaces.*\n {2}steps:\n {4}- name: probe\n/, '')
      .replace(/^ {6}(?=image|command|args|security)/gm, '  ');
    const task = TASK.replace(
      /steps:[^]*/,
      'steps:\n    - name: probe\n      ref: { name: probe }\n      params: [{ name: image, value: "of $(params.image)" }]\n',
    );
    const { problems, pod } = await renderTask({ ...GIVEN, task, objects: [action] });
    expect(problems).toEqual([]);
    expect(pod?.spec.containers[0]?.args).toContain('of a');
  });
});

describe('objects', () => {
  it('are valid', async () => {
    await expect(validateObjects([TASK])).resolves.toEqual([]);
  });

  it('may leave the end of their names to the cluster', async () => {
    const run = `
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: shop- }
spec: { taskRef: { name: probe } }
`;
    await expect(validateObjects([run])).resolves.toEqual([]);
    await expect(validateObjects([run.replace('{ name: probe }', '{}')])).resolves.toEqual([
      expect.stringMatching(/^TaskRun\/shop-bench: .*taskRef/s),
    ]);
  });

  it('are not when a Pipeline refers to a param that it does not have', async () => {
    const pipeline = `
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: all }
spec:
  tasks:
    - { name: build, taskRef: { name: probe }, params: [{ name: image, value: $(params.image) }] }
`;
    await expect(validateObjects([pipeline])).resolves.toEqual([
      expect.stringMatching(/^Pipeline\/all: .*params.image/s),
    ]);
  });
});
