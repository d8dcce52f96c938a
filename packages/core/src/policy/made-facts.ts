import type { ModuleName } from '../builder/module.ts';
import type { ImageConfig } from '../image/manifest.ts';
import { parseAppLabels } from '../lifecycle/labels.ts';
import type { PolicyFacts } from './facts.ts';

/**
 * What an app image itself tells.
 *
 * @param asked buildpacks that its build has asked for, whether they took part or not
 */
export function madeFacts(
  config: ImageConfig,
  asked: readonly ModuleName[] = [],
): Pick<PolicyFacts, 'buildpacks' | 'labels' | 'sbom'> {
  const labels = parseAppLabels(config);
  const made = (labels?.build?.buildpacks ?? []).map(({ id, version }): ModuleName => ({ id, version }));
  const others = asked.filter(({ id, version }) => !made.some((each) => each.id === id && each.version === version));
  return {
    buildpacks: [...made, ...others],
    labels: config.config.Labels,
    sbom: labels?.lifecycle.sbom !== undefined,
  };
}
