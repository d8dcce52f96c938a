import { describeInOneLine, type InputDefinition } from '@buildpacks-ci/core';
import { ACTION_INPUTS, ACTION_OUTPUTS, type OutputDefinition } from './definitions.ts';
import { REBASE_ACTION_INPUTS, REBASE_OUTPUTS } from './rebase/definitions.ts';

/** An action: the folder of an `action.yml`, and what is in it. */
interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly icon: string;
  readonly inputs: readonly InputDefinition[];
  readonly outputs: readonly OutputDefinition[];
  /** Entries by their names, from the folder of the action. */
  readonly runs: Readonly<Record<string, string>>;
}

const BUILD: ActionFile = {
  name: 'Build with Cloud Native Buildpacks',
  description:
    'Builds an app image without a Dockerfile, publishes it, and keeps the layer cache of the build warm between runs.',
  icon: 'package',
  inputs: ACTION_INPUTS,
  outputs: ACTION_OUTPUTS,
  runs: { main: 'packages/github-action/dist/index.cjs', post: 'packages/github-action/dist/index.cjs' },
};

const REBASE: ActionFile = {
  name: 'Rebase images of Cloud Native Buildpacks',
  description: 'Puts app images on a newer run image on the registry alone, without building them again, and reports.',
  icon: 'refresh-cw',
  inputs: REBASE_ACTION_INPUTS,
  outputs: REBASE_OUTPUTS,
  runs: { main: '../packages/github-action/dist/rebase.cjs' },
};

/** The texts of the actions, by their paths from the root of the repository. */
export function renderActionFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['action.yml', renderActionFile(BUILD)],
    ['rebase/action.yml', renderActionFile(REBASE)],
  ]);
}

/** Every input has a description, and a default where one can be written down. */
function renderActionFile(action: ActionFile): string {
  const inputs = action.inputs.map((input) => {
    const given = input.default === undefined ? '' : `    default: ${quoted(input.default)}\n`;
    return `  ${input.name}:\n    description: ${quoted(describeInOneLine(input))}\n    required: false\n${given}`;
  });
  const outputs = action.outputs.map(
    ({ name, description }) => `  ${name}:\n    description: ${quoted(description)}\n`,
  );
  const runs = Object.entries(action.runs).map(([name, file]) => `  ${name}: ${file}\n`);
  return `${head(action)}inputs:\n${inputs.join('')}outputs:\n${outputs.join('')}runs:\n  using: node24\n${runs.join('')}`;
}

function head({ name, description, icon }: ActionFile): string {
  return `# Made from packages/core/src and packages/github-action/src by "npm run generate"; changes belong there.
name: ${name}
description: ${description}
author: The buildpacks-ci authors
branding:
  icon: ${icon}
  color: purple
`;
}

/** A scalar of YAML in single quotes, in which nothing but the quote itself means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
