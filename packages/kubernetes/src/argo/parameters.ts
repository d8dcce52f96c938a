import { describeInOneLine, type InputDefinition } from '@buildpacks-ci/core';
import { BUILDER, isNoPlaceForPasswords, POD_INPUTS } from '../pod/inputs.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { SOURCE_CLAIM, VOLUMES_BY_NAME } from './volumes.ts';

/** All parameters of the template; those without a default must be given. */
export function parameters(toolImage: string): readonly YamlMapping[] {
  return [
    ...POD_INPUTS.map(inputParameter),
    { name: SOURCE_CLAIM, description: 'The persistent volume claim with the app. It is only read.' },
    {
      name: 'source-directory',
      description: 'The directory of the checkout on it, from its root.',
      default: '.',
    },
    ...VOLUMES_BY_NAME.map(({ parameter, description, default: name }) => ({
      name: parameter,
      description: `${description} It may be missing.`,
      default: name,
    })),
    {
      name: 'registry-prefix',
      description:
        'What the node puts before the names of the images that it pulls, for a cluster that has them in a registry of its own: `registry.example/mirror/`, with the slash.',
      default: '',
    },
    {
      name: 'tool-image',
      description: 'The image of our own containers. Each release names its own by digest.',
      default: toolImage,
    },
  ];
}

/** Argo has text only: a list has one item per line. */
function inputParameter(input: InputDefinition): YamlMapping {
  const { name, default: given = '' } = input;
  if (name === 'builder') return { name, description: BUILDER };
  const description = `${describeInOneLine(input)}${
    isNoPlaceForPasswords(input) ? ' Without a password: whoever may read the workflow could read it.' : ''
  }`;
  return { name, description, default: given, ...(input.type === 'enum' && { enum: input.values }) };
}

/** A parameter's value, as Argo puts it into parsed manifests: whatever it holds. */
export function valueOf(parameter: string): string {
  return `{{inputs.parameters.${parameter}}}`;
}
