import type { YamlMapping } from '../yaml-value.ts';

/** A parameter's value, as Argo puts it into parsed manifests: whatever it holds. */
export function valueOf(parameter: string): string {
  return `{{inputs.parameters.${parameter}}}`;
}

/** A parameter within an expression. */
export function parameterIn(parameter: string): string {
  return `inputs.parameters["${parameter}"]`;
}

/** Argo puts the value of an expression there, as text. */
export function evaluated(expression: string): string {
  return `{{=${withApartBraces(expression)}}}`;
}

/** A constant within an expression; no text in it may hold two braces together. */
export function constant(value: YamlMapping | readonly YamlMapping[]): string {
  return JSON.stringify(value);
}

/** Two braces together would end the expression, or begin another. */
function withApartBraces(text: string): string {
  return text.replaceAll(/([{}])(?=[{}])/g, '$1 ');
}
