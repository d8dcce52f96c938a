import type { ModuleName } from '../../builder/module.ts';
import type { ImageConfig } from '../../image/manifest.ts';
import { parseAppLabels } from '../../lifecycle/labels.ts';
import type { BuildFacts } from './request-facts.ts';

/**
 * What is known when the image is made.
 *
 * @param isHermetic whether whoever ran the build vouches for that
 */
export function outputFacts(facts: BuildFacts, config: ImageConfig, isHermetic: boolean): BuildFacts {
  return { ...facts, ...madeFacts(config, facts.buildpacks ?? []), hermetic: isHermetic };
}

/** What an app image itself tells. */
export function madeFacts(
  config: ImageConfig,
  asked: readonly ModuleName[] = [],
): Pick<BuildFacts, 'buildpacks' | 'labels' | 'sbom'> {
  const labels = parseAppLabels(config);
  const made = (labels?.build?.buildpacks ?? []).map(({ id, version }): ModuleName => ({ id, version }));
  const others = asked.filter(({ id, version }) => !made.some((each) => each.id === id && each.version === version));
  return {
    buildpacks: [...made, ...others],
    labels: config.config.Labels,
    sbom: labels?.lifecycle.sbom !== undefined,
  };
}
