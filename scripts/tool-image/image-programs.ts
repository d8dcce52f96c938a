import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Bundle, COMMAND_LINE, ROOT } from '../bundle.ts';

const GITLAB_CI: Bundle = {
  entry: 'packages/gitlab-ci/src/main.ts',
  file: 'packages/gitlab-ci/dist/buildpacks-ci-gitlab.cjs',
};

/** Our programs in the image, by the names that they are called by. */
export const IMAGE_PROGRAMS: Readonly<Record<string, Bundle>> = {
  'buildpacks-ci': COMMAND_LINE,
  ...(existsSync(path.join(ROOT, GITLAB_CI.entry)) && { 'buildpacks-ci-gitlab': GITLAB_CI }),
};
