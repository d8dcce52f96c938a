/** What YAML can hold; templates are made as data and written in one place. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | YamlMapping;

export interface YamlMapping {
  readonly [key: string]: YamlValue;
}

/**
 * An input as a whole value of YAML. GitLab interpolates what it has parsed, and puts a value that stands alone in as it is, whatever
 * characters or lines it has; only text with something around the input is put together (and backslashes in it read as Ruby does).
 */
export function valueOf(input: string): string {
  return `$[[ inputs.${input} ]]`;
}
