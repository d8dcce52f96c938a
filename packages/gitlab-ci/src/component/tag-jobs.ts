import { valueOf, type YamlMapping } from './yaml-value.ts';

/** What is taken from the pipeline's `default:`. Scripts, services, images and caches there are for other jobs. */
const INHERITED = ['interruptible', 'timeout'];

/** The hidden job that says which runners take the job. */
export const TAG_JOB = hidden(valueOf('runner-tags'));

/**
 * A job with `tags: []` takes none from `default:`, and some readers of pipelines refuse it, so a job has tags only when there are some.
 * An array in a name becomes text, and the empty one `[]` in every version of GitLab: then both jobs here have the same name, of which
 * the second one counts.
 */
export const TAG_JOBS: YamlMapping = {
  [TAG_JOB]: { tags: valueOf('runner-tags'), inherit: { default: INHERITED } },
  [hidden('[]')]: { inherit: { default: [...INHERITED, 'tags'] } },
};

function hidden(value: string): string {
  return `.${valueOf('job-name')}:runner-tags:${value}`;
}
