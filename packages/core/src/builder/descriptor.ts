import { InputError } from '../errors/index.ts';
import { asArray, asRecord, asText, optional } from '../json/json.ts';
import { parseToml } from '../toml/parse-toml.ts';
import { parseOrder } from './metadata.ts';
import { isModuleName, type ModuleName, type Order } from './module.ts';

/** What a build reads in a `buildpack.toml` (buildpack specification, "buildpack.toml"). */
export interface BuildpackDescriptor extends ModuleName {
  /** The Buildpack API that it is written for. */
  readonly api: string;
  readonly homepage?: string;
  /** Set on a composite buildpack, which is made of others. */
  readonly order?: Order;
}

/**
 * Reads a `buildpack.toml`.
 *
 * @param place for errors: `./my-buildpack/buildpack.toml`
 * @throws InputError naming every key that is missing or wrong
 */
export function parseBuildpackToml(text: string, place: string): BuildpackDescriptor {
  const { value, problem } = parseToml(text);
  if (problem !== undefined) {
    const { message, line, column } = problem;
    throw new InputError([
      {
        input: 'buildpack.toml',
        message,
        place: { file: place, ...optional('line', line), ...optional('column', column) },
      },
    ]);
  }
  const info = asRecord(value['buildpack']) ?? {};
  const [id, version, api] = [asText(info['id']) ?? '', asText(info['version']) ?? '', asText(value['api']) ?? ''];
  const order = parseOrder(value['order']);
  const problems = [
    ...(isModuleName({ id, version: '0' }) ? [] : [wrong('buildpack.id', id)]),
    ...(isModuleName({ id: 'x', version }) ? [] : [wrong('buildpack.version', version)]),
    ...(/^\d+\.\d+$/.test(api) ? [] : [wrong('api', api)]),
    ...(order.length > 0 && hasTargets(value) ? ['it has both an order and targets or stacks'] : []),
  ];
  if (problems.length > 0) {
    throw new InputError(problems.map((message) => ({ input: 'buildpack.toml', message, place: { file: place } })));
  }
  return {
    id,
    version,
    api,
    ...optional('homepage', asText(info['homepage'])),
    ...(order.length > 0 && { order }),
  };
}

function hasTargets(value: Readonly<Record<string, unknown>>): boolean {
  return [...asArray(value['targets']), ...asArray(value['stacks'])].length > 0;
}

function wrong(key: string, value: string): string {
  return value === '' ? `${key} is missing` : `"${value}" can't be the value of ${key}`;
}
