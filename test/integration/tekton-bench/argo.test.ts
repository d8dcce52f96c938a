import { describe, expect, it } from 'vitest';
import { validateWorkflow } from '../../bench/argo.ts';

const TEMPLATE = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: { name: build }
spec:
  templates:
    - name: build
      inputs: { parameters: [{ name: image }] }
      outputs: { parameters: [{ name: digest, valueFrom: { path: /out/digest } }] }
      volumes: [{ name: out, emptyDir: {} }]
      containerSet:
        volumeMounts: [{ name: out, mountPath: /out }]
        containers:
          - { name: prepare, image: example.test/tool, command: [prepare], args: ['{{inputs.parameters.image}}'] }
          - { name: main, image: example.test/tool, command: [publish], dependencies: [prepare] }
`;

const WORKFLOW = `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { generateName: app- }
spec:
  entrypoint: all
  templates:
    - name: all
      steps:
        - - name: build
            templateRef: { name: build, template: build }
            arguments: { parameters: [{ name: image, value: a }] }
        - - name: deploy
            template: deploy
            arguments: { parameters: [{ name: digest, value: '{{steps.build.outputs.parameters.digest}}' }] }
    - name: deploy
      inputs: { parameters: [{ name: digest }] }
      container: { image: example.test/deploy, command: [deploy], args: ['{{inputs.parameters.digest}}'] }
`;

describe('Argo’s objects', () => {
  it('are valid together', async () => {
    await expect(validateWorkflow([TEMPLATE, WORKFLOW])).resolves.toEqual([]);
  });

  it.each([
    ['a field is unknown', TEMPLATE.replace('containerSet:', 'containerset:'), /containerset/],
    ['a parameter is unknown', TEMPLATE.replace('inputs.parameters.image', 'inputs.parameters.picture'), /picture/],
    [
      'a container depends on itself',
      TEMPLATE.replace('[prepare] }\n`', '').replace('dependencies: [prepare]', 'dependencies: [main]'),
      /cycle|main/,
    ],
    ['a template is not there', WORKFLOW, /"build" is not in these files/],
    [
      'a step has no such output',
      `${TEMPLATE}---${WORKFLOW.replace('parameters.digest}}', 'parameters.url}}')}`,
      /outputs.parameters.url/,
    ],
    ['there is nothing', '', /without an object/],
  ])('are not when %s', async (_, text, problem) => {
    expect((await validateWorkflow([text])).join('\n')).toMatch(problem);
  });
});
