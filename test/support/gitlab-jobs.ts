import type { Config } from './gitlab-interpolation.ts';

/** A job as GitLab runs it. */
export interface Job {
  readonly keys: Config;
  /** Its own variables by name, each a text; `raw` are those in which GitLab expands nothing. */
  readonly variables: Readonly<Record<string, { readonly text: string; readonly raw: boolean }>>;
}

/** The jobs of a pipeline's file by name, with what they extend merged into them; hidden ones are left out. */
export function jobsOf(config: Config): Readonly<Record<string, Job>> {
  const visible = Object.keys(config).filter((name) => !name.startsWith('.'));
  return Object.fromEntries(visible.map((name) => [name, jobOf(extended(config, name))]));
}

function extended(config: Config, name: string): Config {
  const { extends: bases = [], ...own } = record(config[name] ?? missing(name));
  const all = [bases].flat().map((base) => extended(config, String(base)));
  return [...all, own].reduce(merged);
}

/** Mappings are merged, everything else is replaced. */
function merged(base: Config, own: Config): Config {
  const entries = Object.entries(own).map(([key, value]) => {
    const both = isRecord(base[key]) && isRecord(value);
    return [key, both ? merged(record(base[key]), record(value)) : value];
  });
  return { ...base, ...(Object.fromEntries(entries) as Config) };
}

function jobOf(keys: Config): Job {
  const variables = Object.entries(record(keys['variables'] ?? {})).map(([name, given]) => {
    const { value, expand = true } = isRecord(given) ? given : { value: given };
    return [name, { text: scalar(name, value), raw: expand === false }];
  });
  return { keys, variables: Object.fromEntries(variables) as Job['variables'] };
}

function scalar(name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new Error(`the variable ${name} is no scalar`);
}

function isRecord(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): Config {
  if (!isRecord(value)) throw new Error('no mapping');
  return value;
}

function missing(name: string): never {
  throw new Error(`nothing is called ${name}`);
}
