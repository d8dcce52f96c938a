import type { BuildRequest } from '../../inputs/request.ts';
import { hexOf } from '../../reference/index.ts';
import type { FetchedDependency } from '../dependencies/lock-buildpacks.ts';
import type { ClosedNetwork, DependencyNeed } from './need.ts';
import { hostOf, typeOf } from './package-needs.ts';

const MIRROR = 'BP_DEPENDENCY_MIRROR';

type Settings = Pick<BuildRequest, 'environment' | 'bindings'>;

/**
 * What buildpacks would fetch from hosts out of reach, as libpak and packit choose: a mapping of the file's sha256, else a mirror for its
 * host or for all, else the address that the buildpack knows.
 */
export function dependencyNeeds(
  dependencies: readonly FetchedDependency[],
  settings: Settings,
  { reaches }: ClosedNetwork,
): readonly DependencyNeed[] {
  const mapped = entriesOf(settings, 'dependency-mapping');
  const mirrors = mirrorsOf(settings);
  const needs = dependencies.flatMap(({ id, version, buildpack, uri, digest }): readonly DependencyNeed[] => {
    const [original = ''] = hostOf(uri);
    const mirror = mirrors.get(original) ?? mirrors.get('');
    const address = (digest === undefined ? undefined : mapped.get(hexOf(digest))) ?? mirror ?? uri;
    // A mirror's address may hold the original host's name; its own host is what counts.
    const [host] = hostOf(address.replace('{originalHost}', original));
    return host === undefined || reaches(host) ? [] : [{ kind: 'dependency', id, version, buildpack, uri, host }];
  });
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

/** By host, the empty one for all; variables win over bindings. */
function mirrorsOf(settings: Settings): ReadonlyMap<string, string> {
  const bound = [...entriesOf(settings, 'dependency-mirror')].filter(([key]) => key !== 'type');
  const variables = Object.entries(settings.environment).flatMap(([name, value]): readonly [string, string][] => {
    if (name === MIRROR) return [['', value]];
    return name.startsWith(`${MIRROR}_`) ? [[hostOfVariable(name.slice(MIRROR.length + 1)), value]] : [];
  });
  return new Map([
    ...bound.map(([key, value]): [string, string] => [key === 'default' ? '' : key, value]),
    ...variables,
  ]);
}

/** `_` for a dot, `__` for a dash. */
function hostOfVariable(name: string): string {
  return name.toLowerCase().replaceAll('__', '-').replaceAll('_', '.');
}

function entriesOf({ bindings }: Settings, type: string): ReadonlyMap<string, string> {
  const found = bindings.filter((binding) => typeOf(binding) === type);
  const entries = found.flatMap((binding) => binding.entries);
  return new Map(entries.map(({ key, content }) => [key, Buffer.from(content).toString().trim()]));
}
