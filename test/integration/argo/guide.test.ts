import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderWorkflow, validateWorkflow } from '../../bench/argo.ts';

const TEMPLATES = 'argo/buildpacks-ci/manifests.yaml';
const PAGE = readFileSync('docs/argo.md', 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);
const OBJECTS = EXAMPLES.filter((text) => text.startsWith('apiVersion'));
const ARGUMENTS = EXAMPLES.filter((text) => !text.startsWith('apiVersion'));

describe('docs/argo.md', () => {
  test('has examples of both kinds', () => {
    expect(OBJECTS.length).toBeGreaterThan(0);
    expect(ARGUMENTS.length).toBeGreaterThan(4);
  });

  test.each(OBJECTS)('has an object that Argo takes: %s', async (text) => {
    await expect(validateWorkflow([TEMPLATES, text])).resolves.toEqual([]);
  });

  test.each(ARGUMENTS)('has arguments of which Argo makes a Pod: %s', async (text) => {
    const { parameters } = parse(text) as { parameters: readonly { readonly name: string; readonly value: string }[] };
    const given = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
    const { problems, refusals } = await renderWorkflow({
      templates: TEMPLATES,
      templateRef: { name: 'buildpacks-ci', template: 'build' },
      parameters: { image: 'registry.test/app', builder: 'registry.test/builder', 'source-claim': 'shop', ...given },
    });
    expect([...problems, ...refusals]).toEqual([]);
  });

  test('names parameters that the template has', () => {
    const template = parse(readFileSync(TEMPLATES, 'utf8')) as {
      spec: { templates: readonly { inputs: { parameters: readonly { name: string }[] } }[] };
    };
    const known = template.spec.templates.flatMap(({ inputs }) => inputs.parameters.map(({ name }) => name));
    const named = EXAMPLES.flatMap((text) =>
      [...text.matchAll(/^ *- name: (\S+)\n *value:/gm)].map(([, name]) => name),
    );
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });
});
