import type { InputDefinition } from '@buildpacks-ci/core';
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
    return `  ${input.name}:\n    description: ${quoted(describe(input))}\n    required: false\n${given}`;
  });
  const outputs = ACTION_OUTPUTS.map(
    ({ name, description }) => `  ${name}:\n    description: ${quoted(description)}\n`,
  );
  return `${HEAD}inputs:\n${inputs.join('')}outputs:\n${outputs.join('')}${RUNS}`;
}

/** The marketplace and editors show it in one line, far from the page that links start from. */
function describe({ description, type, defaultNote }: InputDefinition): string {
  const list = type === 'list' ? ' One per line.' : '';
  const absent = defaultNote === undefined ? '' : ` Default: ${defaultNote}.`;
  return `${withoutLinks(description)}${/ per line/.test(description) ? '' : list}${absent}`;
}

/** `[cache.md](cache.md#keys)` is `docs/cache.md`, and `[tag rules](#tag-rules)` are `tag rules in docs/inputs.md`. */
export function withoutLinks(text: string): string {
  return text
    .replaceAll(/\[[^\]]*\]\(([a-z]+\.md)[^)]*\)/g, 'docs/$1')
    .replaceAll(/\[([^\]]*)\]\(#[^)]*\)/g, '$1 in docs/inputs.md');
}

/** A scalar of YAML in single quotes, in which nothing but the quote itself means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
