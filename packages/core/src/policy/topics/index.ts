import type { Topic } from '../topic.ts';
import { BUILD } from './build.ts';
import { BUILDERS } from './builders.ts';
import { BUILDPACKS } from './buildpacks.ts';
import { ENVIRONMENT } from './environment.ts';
import { LABELS } from './labels.ts';
import { REGISTRIES } from './registries.ts';
import { RUN_IMAGES } from './run-images.ts';
import { TARGETS } from './targets.ts';

/** All that a policy can be about, in the order of the documentation. */
export const TOPICS: readonly Topic[] = [
  BUILDERS,
  RUN_IMAGES,
  BUILDPACKS,
  REGISTRIES,
  TARGETS,
  ENVIRONMENT,
  LABELS,
  BUILD,
];
