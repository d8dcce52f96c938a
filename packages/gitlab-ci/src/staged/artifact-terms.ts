import type { HandOverTerms } from '@buildpacks-ci/core';
import type { GitLabInputs } from '../definitions.ts';

/** As GitLab counts the size of artifacts. */
const MEGABYTE = 1024 ** 2;

/** What holds for a build that goes from job to job as an artifact. */
export function artifactTerms(inputs: GitLabInputs): HandOverTerms {
  return {
    otherUser:
      "Where the cluster decides about the user, set the inputs uid and gid to it; else let the job run as the image's own user.",
    ...(!inputs['hand-over-bindings'] && {
      noBindings: {
        message: 'they would be in an artifact, and readable to all who may download it',
        hint: 'Set hand-over-bindings to true if they may read them, or build in one job.',
      },
    }),
    limit: {
      bytes: inputs['artifact-limit'] * MEGABYTE,
      input: 'artifact-limit',
      advice:
        'GitLab may refuse the artifact as too large. Its setting is called Maximum artifacts size, of the project, the group or the instance.',
    },
  };
}
