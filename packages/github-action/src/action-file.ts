import { describeInOneLine } from '@buildpacks-ci/core';
import { ACTION_INPUTS, ACTION_OUTPUTS } from './definitions.ts';

const HEAD = `# Made from packages/core/src/inputs and packages/github-action/src/definitions.ts by "npm run generate"; changes belong there.
name: Build with Cloud Native Buildpacks
description: Builds an app image without a Dockerfile, publishes it, and keeps the layer cache of the build warm between runs.
author: The buildpacks-ci authors
branding:
  icon: package
  color: purple
`;

const RUNS = `runs:
  using: node24
  main: packages/github-action/dist/index.cjs
  post: packages/github-action/dist/index.cjs
`;

/** The text of \`action.yml\`. Every input has a description, and a default where one can be written down. */
export function renderActionFile(): string {
  const inputs = ACTION_INPUTS.map((input) => {
    const given = input.default === undefined ? '' : `    default: ${quoted(input.default)}\n`;
    return `  ${input.name}:\n    description: ${quoted(describeInOneLine(input))}\n    required: false\n${given}`;
  });
  const outputs = ACTION_OUTPUTS.map(
    ({ name, description }) => `  ${name}:\n    description: ${quoted(description)}\n`,
  );
  return `${HEAD}inputs:\n${inputs.join('')}outputs:\n${outputs.join('')}${RUNS}`;
}

/** A scalar of YAML in single quotes, in which nothing but the quote itself means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
