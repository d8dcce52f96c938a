import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { validateWorkflow } from '../../bench/argo.ts';
import { argoObjects, argoSamples, parametersOf } from '../../support/argo-samples.ts';

const TEMPLATES = 'argo/buildpacks-ci/manifests.yaml';
const SAMPLES = argoSamples().map((sample) => [sample.name, sample] as const);

interface WorkflowTemplate {
  readonly spec: { readonly templates: readonly { readonly inputs: { readonly parameters: readonly Named[] } }[] };
}

interface Named {
  readonly name: string;
}

test('there are samples', () => {
  expect(SAMPLES.length).toBeGreaterThan(1);
});

describe.each(SAMPLES)('argo/samples/%s.yaml', (_name, sample) => {
  test('is taken by Argo', async () => {
    await expect(validateWorkflow([TEMPLATES, ...argoObjects(sample)])).resolves.toEqual([]);
  });

  test('gives our template parameters that it has', () => {
    const { spec } = parse(readFileSync(TEMPLATES, 'utf8')) as WorkflowTemplate;
    const known = spec.templates.flatMap(({ inputs }) => inputs.parameters.map(({ name }) => name));
    const given = Object.keys(parametersOf(sample.text));
    expect(given).not.toEqual([]);
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
  });
});
