import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { renderTask, validateObjects } from '../../bench/tekton.ts';
import {
  INSTALLED,
  type Manifest,
  manifestsIn,
  strayParams,
  taskRunsOf,
  tektonSamples,
} from '../../support/tekton-samples.ts';

/** As OpenShift chooses them. */
const ARBITRARY = 1_000_660_000;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

const SAMPLES = tektonSamples().map((sample) => [sample.name, sample] as const);
/** All Tasks and Pipelines that samples refer to. */
const KNOWN = [...INSTALLED.flatMap(manifestsIn), ...SAMPLES.flatMap(([, { objects }]) => objects)];
const TRIGGERED = /^(EventListener|TriggerTemplate)$/;

test('there are samples', () => {
  expect(SAMPLES.length).toBeGreaterThan(10);
});

describe.each(SAMPLES)('tekton/samples/%s.yaml', (name, { text, objects }) => {
  const known = objects.filter(({ kind }) => !TRIGGERED.test(kind));
  const runs = known.filter(({ kind }) => kind === 'TaskRun');
  const pipelines = known.filter(({ kind }) => kind === 'Pipeline');
  const started = objects.flatMap(({ spec = {} }) => (spec['resourcetemplates'] ?? []) as readonly Manifest[]);
  const others = known.filter(({ kind }) => kind !== 'TaskRun').map((object) => stringify(object));
  const user = name === 'openshift' ? { user: ARBITRARY } : {};
  const render = async (taskRun: string) =>
    renderTask({ task: INSTALLED.join('\n'), taskRun, objects: others, ...user });

  it('says first what it is for and what must be there', () => {
    expect(text).toMatch(/^---\n# [A-Z][^]*?\n# There must be: /);
  });

  it.each(started)('starts what is valid', async (object) => {
    await expect(validateObjects([stringify(object)])).resolves.toEqual([]);
  });

  it.each(runs.map((run) => stringify(run)))('has a run whose Pod a restricted namespace takes', async (run) => {
    const { problems, refusals, pod } = await render(run);
    expect([problems, refusals]).toEqual([[], []]);
    const containers = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])];
    expect(
      containers.filter(({ volumeMounts = [] }) => volumeMounts.some(({ mountPath }) => mountPath === TOKEN)),
    ).toEqual([]);
  });

  it.each(pipelines.flatMap(taskRunsOf))(
    'has a Pipeline with Tasks whose Pods a restricted namespace takes',
    async (run) => {
      const { problems, refusals } = await render(run);
      expect([problems, refusals]).toEqual([[], []]);
    },
  );

  it('names no param that the Task has not', () => {
    expect([...known, ...started].flatMap((object) => strayParams(object, KNOWN))).toEqual([]);
  });

  it('names images by their digests', () => {
    const images = [
      ...text.matchAll(/\b(?:image|value|default): ([\w.-]+\/[\w./-]*(?:builder|git|kubectl|buildpacks-ci)\b.*)$/gm),
    ];
    expect(images.map(([, image]) => image).filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image ?? ''))).toEqual([]);
  });
});

test('a param that the Task has not is found', () => {
  const run = {
    kind: 'TaskRun',
    metadata: {},
    spec: { taskRef: { name: 'buildpacks-ci' }, params: [{ name: 'envs' }] },
  };
  expect(strayParams(run, KNOWN)).toEqual(['envs']);
});
