import type { InputDefinition } from '@buildpacks-ci/core';
import { BUILDER, describeInput, POD_INPUTS, REBASE_POD_INPUTS } from '../pod/inputs.ts';
import { BUILD_RESOURCES } from '../pod/program.ts';
import type { YamlMapping } from '../yaml-value.ts';
import { USERS, USERS_VALUES } from './users.ts';
import { BINDING_SECRETS, CACHE_CLAIM, SOURCE_CLAIM, VOLUMES_BY_NAME } from './volumes.ts';

/** The parameter with the resources of the container that runs the buildpacks. */
export const BUILD_RESOURCES_PARAMETER = 'build-resources';
/** The parameter that says how often a Pod that has failed for a temporary reason is followed by another. */
export const RETRIES = 'retries';
/** The parameter that says how long a Pod may take. */
export const DEADLINE = 'active-deadline-seconds';

/** All parameters of the template that builds; those without a default must be given. */
export function parameters(toolImage: string): readonly YamlMapping[] {
  return [
    ...POD_INPUTS.map(inputParameter),
    { name: SOURCE_CLAIM, description: 'The persistent volume claim with the app. It is only read.' },
    {
      name: 'source-directory',
      description: 'The directory of the checkout on it, from its root.',
      default: '.',
    },
    {
      name: CACHE_CLAIM,
      description: 'A persistent volume claim that keeps the layer cache, asked before `cache-store`. Default: none.',
      default: '',
    },
    {
      name: BINDING_SECRETS,
      description:
        'Secrets that are service bindings, one name per line: each key is a file of the binding, `type` among them. Buildpacks read them.',
      default: '',
    },
    ...sharedParameters(toolImage),
    {
      name: BUILD_RESOURCES_PARAMETER,
      description:
        'What the container that runs the buildpacks asks of a node and may take, in JSON, as a container has it.',
      default: JSON.stringify(BUILD_RESOURCES),
    },
    ...podParameters(FIXED_BUILD_USERS),
  ];
}

/** All parameters of the template that rebases. */
export function rebaseParameters(toolImage: string): readonly YamlMapping[] {
  return [...REBASE_POD_INPUTS.map(inputParameter), ...sharedParameters(toolImage), ...podParameters(FIXED_USER)];
}

function sharedParameters(toolImage: string): readonly YamlMapping[] {
  return [
    ...VOLUMES_BY_NAME.map(({ parameter, description, default: name }) => ({
      name: parameter,
      description: `${description} It may be missing.`,
      default: name,
    })),
    {
      name: 'tool-image',
      description: 'The image of our own containers. Each release names its own by digest.',
      default: toolImage,
    },
  ];
}

const FIXED_BUILD_USERS = '65532 and the user of the builder, which makes the same image everywhere';
const FIXED_USER = '65532';

/** Of the Pod itself. */
function podParameters(fixed: string): readonly YamlMapping[] {
  return [
    {
      name: USERS,
      description: `Who chooses the users of the containers: \`fixed\` is ${fixed}; \`cluster\` leaves it to the cluster, as OpenShift wants it.`,
      default: 'fixed',
      enum: USERS_VALUES,
    },
    {
      name: RETRIES,
      description:
        'How many more Pods are tried when a network or a registry was in trouble (exit status 111), and for nothing else.',
      default: '2',
    },
    { name: DEADLINE, description: 'How long a Pod may take, in seconds.', default: '3600' },
  ];
}

/** Argo has text only: a list has one item per line. */
function inputParameter(input: InputDefinition): YamlMapping {
  const { name, default: given = '' } = input;
  if (name === 'builder') return { name, description: BUILDER };
  const description = describeInput(input, 'workflow');
  return { name, description, default: given, ...(input.type === 'enum' && { enum: input.values }) };
}
