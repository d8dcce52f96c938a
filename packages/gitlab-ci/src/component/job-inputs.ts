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

/** What jobs of a build and of a rebase say of themselves. */
interface JobDefaults {
  readonly stage: string;
  readonly name: string;
  /** What the job-name is for, in a sentence. */
  readonly naming: string;
  readonly rules: readonly YamlValue[];
  /** When the job runs by these rules, in sentences. */
  readonly timing: string;
}

const BUILD: JobDefaults = {
  stage: 'build',
  name: 'build-image',
  naming: 'Include the component once for each image, with another name.',
  rules: RULES,
  timing: `The default adds it to all: of branches, tags, schedules and merge requests. The variable \`${CACHE_POLICY}\` (\`pull\`, \`pull-push\`) in a rule says what the job may do with \`gitlab-cache\`.`,
};

/** A rebase is for schedules, and for who starts a pipeline by hand. */
const REBASE: JobDefaults = {
  stage: 'deploy',
  name: 'rebase-images',
  naming: 'Include the component several times with other names.',
  rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule" || $CI_PIPELINE_SOURCE == "web"' }],
  timing: 'The default adds it to those of schedules, and to those that somebody starts on the page.',
};

/** What GitLab itself needs to know of a job that builds: inputs that the program in it never sees. */
export function jobInputs(toolImage: string): readonly SpecInput[] {
  return [...commonInputs(BUILD), GITLAB_CACHE, toolImageInput(toolImage)];
}

/** The same of a job that rebases. */
export function rebaseJobInputs(toolImage: string): readonly SpecInput[] {
  return [...commonInputs(REBASE), toolImageInput(toolImage)];
}

const GITLAB_CACHE: SpecInput = {
  name: 'gitlab-cache',
  type: 'boolean',
  default: false,
  description:
    "Keeps the layer cache in GitLab's own cache, in `.buildpacks-ci/cache`, instead of a registry: for runners that share one, or a single runner. What `cache-store` names is asked after it.",
};

function toolImageInput(toolImage: string): SpecInput {
  return {
    name: 'tool-image',
    type: 'string',
    default: toolImage,
    regex: '^\\S+$',
    description: 'The image that the job runs in. Each release of the component names its own by digest.',
  };
}

function commonInputs({ stage, name, naming, rules, timing }: JobDefaults): readonly SpecInput[] {
  return [
    {
      name: 'stage',
      type: 'string',
      default: stage,
      description: 'The stage of the job, one that the pipeline has.',
    },
    {
      name: 'job-name',
      type: 'string',
      default: name,
      regex: '^[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,199}$',
      description: `The name of the job. ${naming} A job of the same name in your own file adds keywords to it, \`timeout\` for example.`,
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
      default: rules,
      description: `When the job is added to a pipeline, as in GitLab's \`rules\`. ${timing}`,
    },
  ];
}
