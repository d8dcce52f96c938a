import { type BuildResult, type InputDefinition, renderMarkdown } from '@buildpacks-ci/core';
import type { Bill } from './bills.ts';
import { ACTION_INPUTS } from './definitions.ts';
import { inputVariable } from './inputs.ts';

/** An input without anything in it that may be secret. */
export interface ShownInput {
  readonly name: string;
  readonly value: string;
}

/** Of these only what stands before the equals sign is shown: what follows may be secret to the user. */
const NAMES_ONLY: ReadonlySet<string> = new Set(['env', 'bindings']);

/**
 * The page of a build for the job's summary.
 *
 * @param masked removes known secrets; also from the inputs as they are, before they are cut and written as Markdown
 */
export function renderSummary(
  result: BuildResult,
  { bills, inputs }: { readonly bills: readonly Bill[]; readonly inputs: readonly ShownInput[] },
  masked: (text: string) => string,
): string {
  const components = bills.reduce((sum, bill) => sum + bill.components.length, 0);
  const shown = inputs.map(({ name, value }) => ({ name, value: masked(value) }));
  return masked(renderMarkdown(result, { inputs: shown, ...(bills.length > 0 && { components }) }));
}

/** All inputs that mean something, given or by default. */
export function effectiveInputs(
  environment: Readonly<Record<string, string>>,
  inputs: readonly InputDefinition[] = ACTION_INPUTS,
): readonly ShownInput[] {
  return inputs.flatMap((input) => {
    const given = environment[inputVariable(input.name)]?.trim() ?? '';
    const value = given === '' ? (input.default ?? '') : given;
    return value === '' ? [] : [{ name: input.name, value: shownValue(input, value) }];
  });
}

/** The inputs that are not as they are by default. */
export function givenInputs(environment: Readonly<Record<string, string>>): readonly ShownInput[] {
  const defaults = new Map(effectiveInputs({}).map(({ name, value }) => [name, value]));
  return effectiveInputs(environment).filter(({ name, value }) => defaults.get(name) !== value);
}

function shownValue({ name, secret }: InputDefinition, value: string): string {
  if (secret === true) return '(hidden)';
  return NAMES_ONLY.has(name) ? namesIn(value).join('\n') : value;
}

/** What stands before `=` or `<<`, or alone; nothing of a value, also of one with several lines. */
function namesIn(value: string): readonly string[] {
  const names: string[] = [];
  let end: string | undefined;
  for (const line of value.split('\n')) {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      continue;
    }
    const [, name = '', mark] = /^([^=]*?)(?:=.*|<<(.*)|)$/.exec(line.trim()) ?? [];
    if (/^[\w./-]+\s*$/.test(name)) names.push(name.trimEnd());
    end = mark?.trim();
  }
  return names;
}
