import { CI_INPUTS, INPUT_GROUPS, type InputDefinition } from '../packages/core/src/inputs/index.ts';
import { ACTION_OUTPUTS, GITHUB_INPUTS } from '../packages/github-action/src/definitions.ts';
import { markdownTable } from './markdown-table.ts';

/** For the README: the names of all inputs by their groups, and of all outputs. */
export function renderNames(): string {
  const groups = Object.entries(INPUT_GROUPS).map(([group, title]) => {
    const names = CI_INPUTS.filter((input: InputDefinition) => input.group === group).map(inputLink);
    return [title, names.join(', ')];
  });
  const own = GITHUB_INPUTS.map(({ name }) => `[\`${name}\`](docs/github.md#inputs)`);
  const outputs = ACTION_OUTPUTS.map(({ name }) => `[\`${name}\`](docs/github.md#outputs)`);
  const rows = [...groups, ['Only on GitHub', own.join(', ')], ['**Outputs**', outputs.join(', ')]];
  return markdownTable(['inputs', ''], rows);
}

/** The inputs that only the action has. */
export function renderOwnInputs(): string {
  const inputs: readonly InputDefinition[] = GITHUB_INPUTS;
  const rows = inputs.map(({ name, default: text, defaultNote = '', description }) => [
    `\`${name}\``,
    text === undefined ? defaultNote : `\`${text}\``,
    description,
  ]);
  return markdownTable(['input', 'default', 'meaning'], rows);
}

export function renderOutputs(): string {
  return markdownTable(
    ['output', 'value'],
    ACTION_OUTPUTS.map(({ name, description }) => [`\`${name}\``, description]),
  );
}

/** GitHub numbers headings of the same name, and a group stands above its inputs. */
function inputLink({ name }: InputDefinition): string {
  const isGroup = Object.values(INPUT_GROUPS).some((title) => title.toLowerCase() === name);
  return `[\`${name}\`](docs/inputs.md#${name}${isGroup ? '-1' : ''})`;
}
