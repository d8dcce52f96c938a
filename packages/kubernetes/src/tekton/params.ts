import type { InputDefinition } from '@buildpacks-ci/core';
import { BUILDER, describeInput, POD_INPUTS, REBASE_POD_INPUTS } from '../pod/inputs.ts';
import type { YamlMapping } from '../yaml-value.ts';

/** All params of a Task that builds. */
export function params(toolImage: string): readonly YamlMapping[] {
  return [...POD_INPUTS.map(inputParam), toolImageParam(toolImage, 'the steps `prepare` and `publish`')];
}

/** All params of a Task that rebases. */
export function rebaseParams(toolImage: string): readonly YamlMapping[] {
  return [...REBASE_POD_INPUTS.map(inputParam), toolImageParam(toolImage, 'the step')];
}

function toolImageParam(toolImage: string, steps: string): YamlMapping {
  const description = `The image of ${steps}. Each release of the Task names its own by digest.`;
  return { name: 'tool-image', type: 'string', description, default: toolImage };
}

/** An absent input is empty text, as everywhere; a list is an array of its items. */
function inputParam(input: InputDefinition): YamlMapping {
  const { name, type, default: given = '' } = input;
  if (name === 'builder') return { name, type: 'string', description: BUILDER };
  const description = describeInput(input, 'run');
  if (type === 'list') return { name, type: 'array', description: itemWise(description), default: [] };
  return { name, type: 'string', description: `${description}${valuesOf(input)}`, default: given };
}

function valuesOf(input: InputDefinition): string {
  return input.type === 'enum' ? ` One of ${input.values.map((value) => `\`${value}\``).join(', ')}.` : '';
}

/** An array has items where text has lines. */
function itemWise(text: string): string {
  return text
    .replaceAll(/,? one (path |name )?per line/g, (_, what: string | undefined) => `, one ${what ?? ''}per item`)
    .replaceAll(' per line', ' per item')
    .replaceAll('One per line', 'One per item');
}
