import type { ModuleName } from '../builder/module.ts';
import type { ImageConfig } from '../image/manifest.ts';
import { type AppLabels, parseAppLabels } from '../lifecycle/labels.ts';
import type { PolicyFacts } from './facts.ts';

/**
 * What an app image itself tells. An image that does not tell its buildpacks has none that are known.
 *
 * @param asked buildpacks that its build has asked for, whether they took part or not
 */
export function madeFacts(
  config: ImageConfig,
  asked: readonly ModuleName[] = [],
): Pick<PolicyFacts, 'buildpacks' | 'labels'> {
  const labels = parseAppLabels(config);
  const told = labels && toldModules(labels);
  return { labels: config.config.Labels, ...(told && { buildpacks: distinctModules([...told, ...asked]) }) };
}

/** Two labels name them, and buildpacks can set either: what one of them leaves out the other one may have. */
function toldModules({ build, lifecycle }: AppLabels): readonly ModuleName[] | undefined {
  return build && [...build.buildpacks, ...build.extensions, ...lifecycle.buildpacks];
}

function distinctModules(modules: readonly ModuleName[]): readonly ModuleName[] {
  return [...new Map(modules.map(({ id, version }) => [`${id}@${version}`, { id, version }])).values()];
}
