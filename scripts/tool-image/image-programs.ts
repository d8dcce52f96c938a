import { type Bundle, COMMAND_LINE, GITLAB_CI } from '../bundle.ts';

/** Our programs in the image, by the names that they are called by. */
export const IMAGE_PROGRAMS: Readonly<Record<string, Bundle>> = {
  'buildpacks-ci': COMMAND_LINE,
  'buildpacks-ci-gitlab': GITLAB_CI,
};
