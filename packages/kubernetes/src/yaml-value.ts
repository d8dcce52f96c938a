/** What YAML can hold; manifests are made as data and written in one place. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | YamlMapping;

export interface YamlMapping {
  readonly [key: string]: YamlValue;
}
