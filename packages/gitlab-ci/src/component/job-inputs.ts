import type { SpecInput } from './spec-input.ts';
import type { YamlValue } from './yaml-value.ts';

/** What decides whether a job writes GitLab's cache; rules set it. */
export const CACHE_POLICY = 'BUILDPACKS_CACHE_POLICY';

/**
 * In every pipeline, and reading GitLab's cache only where a merge request is built. A condition stands in each: a rule without one
 * makes GitLab warn in every project that has no `workflow: rules`.
 */
const RULES: readonly YamlValue[] = [
  { if: '$CI_MERGE_REQUEST_IID', variables: { [CACHE_POLICY]: 'pull' } },
  { if: '$CI_COMMIT_BRANCH || $CI_COMMIT_TAG' },
];

/** What GitLab itself needs to know of a job: inputs that the program in it never sees. */
export function jobInputs(toolImage: string): readonly SpecInput[] {
  return [
    {
      name: 'stage',
      type: 'string',
      default: 'build',
      description: 'The stage of the job, one that the pipeline has.',
    },
    {
      name: 'job-name',
      type: 'string',
      default: 'build-image',
      regex: '^[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,199}$',
      description:
        'The name of the job. Include the component once for each image, with another name. A job of the same name in your own file adds keywords to it, `timeout` for example.',
    },
    {
      name: 'runner-tags',
      type: 'array',
      default: [],
      description:
        'The tags that a runner must have to take the job. Without any, those that the pipeline has under `default:`.',
    },
    {
      name: 'rules',
      type: 'array',
      default: RULES,
      description: `When the job is added to a pipeline, as in GitLab's \`rules\`. The default adds it to all: of branches, tags, schedules and merge requests. The variable \`${CACHE_POLICY}\` (\`pull\`, \`pull-push\`) in a rule says what the job may do with \`gitlab-cache\`.`,
    },
    {
      name: 'gitlab-cache',
      type: 'boolean',
      default: false,
      description:
        "Keeps the layer cache in GitLab's own cache, in `.buildpacks-ci/cache`, instead of a registry: for runners that share one, or a single runner. What `cache-store` names is asked after it.",
    },
    {
      name: 'tool-image',
      type: 'string',
      default: toolImage,
      regex: '^\\S+$',
      description: 'The image that the job runs in. Each release of the component names its own by digest.',
    },
  ];
}
