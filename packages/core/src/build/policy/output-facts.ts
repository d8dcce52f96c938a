import type { ImageConfig } from '../../image/manifest.ts';
import { madeFacts } from '../../policy/index.ts';
import type { BuildFacts } from './request-facts.ts';

/**
 * What is known when the image is made.
 *
 * @param isHermetic whether whoever ran the build vouches for that
 */
export function outputFacts(facts: BuildFacts, config: ImageConfig, isHermetic: boolean): BuildFacts {
  return { ...facts, ...madeFacts(config, facts.buildpacks), hermetic: isHermetic };
}
