import { describeInOneLine, type InputDefinition } from '@buildpacks-ci/core';
import { BUILDER, isNoPlaceForPasswords, POD_INPUTS } from '../pod/inputs.ts';
import type { YamlMapping } from '../yaml-value.ts';

/** All params of the Task. */
export function params(toolImage: string): readonly YamlMapping[] {
  return [
    ...POD_INPUTS.map(inputParam),
    {
      name: 'tool-image',
      type: 'string',
      description: 'The image of the steps `prepare` and `publish`. Each release of the Task names its own by digest.',
      default: toolImage,
    },
  ];
}

/** An absent input is empty text, as everywhere; a list is an array of its items. */
function inputParam(input: InputDefinition): YamlMapping {
  const { name, type, default: given = '' } = input;
  if (name === 'builder') return { name, type: 'string', description: BUILDER };
  if (type === 'list') return { name, type: 'array', description: itemWise(describeInOneLine(input)), default: [] };
  return { name, type: 'string', description: described(input), default: given };
}

function described(input: InputDefinition): string {
  const values = input.type === 'enum' ? ` One of ${input.values.map((value) => `\`${value}\``).join(', ')}.` : '';
  const password = isNoPlaceForPasswords(input) ? ' Without a password: whoever may read the run could read it.' : '';
  return `${describeInOneLine(input)}${values}${password}`;
}

/** An array has items where text has lines. */
function itemWise(text: string): string {
  return text
    .replaceAll(/,? one (path |name )?per line/g, (_, what: string | undefined) => `, one ${what ?? ''}per item`)
    .replaceAll(' per line', ' per item')
    .replaceAll('One per line', 'One per item');
}
