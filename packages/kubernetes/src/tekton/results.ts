import type { YamlMapping } from '../yaml-value.ts';

/** A result of a step that runs the command line, and what `--result` calls it. */
interface StepResult {
  readonly name: string;
  readonly result: string;
  readonly description: string;
}

/** The step `prepare` tells the step `publish` its plan's digest: each step's results are in a folder that no other step can write to. */
export const PREPARE_RESULTS = [
  { name: 'plan-digest', result: 'plan-digest', description: 'What the step `publish` goes by.' },
] as const satisfies readonly StepResult[];

const ONLY_PUBLISHED = 'Only when it was published.';

/** Names that Tekton Chains looks for. */
export const PUBLISH_RESULTS = [
  {
    name: 'IMAGE_URL',
    result: 'image',
    description: `The image with its main tag, for example registry.example/shop:latest. ${ONLY_PUBLISHED}`,
  },
  { name: 'IMAGE_DIGEST', result: 'digest', description: `The digest of the image, sha256:…. ${ONLY_PUBLISHED}` },
  {
    name: 'BASE_IMAGE_DIGEST',
    result: 'base-image-digest',
    description: 'The digest of the run image that the image is based on.',
  },
  { name: 'CACHE', result: 'cache', description: 'Whether a layer cache was found: `hit`, `miss`, or `off`.' },
  // For who comes from the catalog's Tasks. Tekton makes at most one result of the Task from one of a step.
  { name: 'APP_IMAGE_URL', result: 'image', description: 'The same as IMAGE_URL.' },
  { name: 'APP_IMAGE_DIGEST', result: 'digest', description: 'The same as IMAGE_DIGEST.' },
] as const satisfies readonly StepResult[];

/** Of the step `rebase`. From `IMAGES` Tekton Chains takes what it signs. */
export const REBASE_RESULTS = [
  { name: 'REBASED', result: 'rebased', description: 'How many images were rebased.' },
  {
    name: 'OUTDATED',
    result: 'outdated',
    description:
      'How many images would be rebased, with `dry-run`. A step that fails has no results, so `check` has none.',
  },
  {
    name: 'FAILED',
    result: 'failed',
    description: 'How many images a rule stands against, or were in trouble: not 0 only in a step that fails.',
  },
  {
    name: 'IMAGES',
    result: 'references',
    description:
      'The new images, `name@sha256:…` with commas between. Empty where they take more than 3000 characters.',
  },
] as const satisfies readonly StepResult[];

/**
 * The Task's results are those of the step `publish`: a result that the Task had for itself would be a file that the step `build`, and
 * foreign code in it, could write too.
 */
export const TASK_RESULTS = resultsOf('publish', PUBLISH_RESULTS);

/** Of a Task that rebases. */
export const REBASE_TASK_RESULTS = resultsOf('rebase', REBASE_RESULTS);

function resultsOf(step: string, results: readonly StepResult[]): readonly YamlMapping[] {
  return results.map(({ name, description }) => ({
    name,
    type: 'string',
    description,
    value: `$(steps.${step}.results.${name})`,
  }));
}

/** As a step declares them. */
export function declared(results: readonly StepResult[]): readonly YamlMapping[] {
  return results.map(({ name, description }) => ({ name, type: 'string', description }));
}

/** The options by which the command line writes them. */
export function resultOptions(results: readonly StepResult[]): readonly string[] {
  return results.map(({ name, result }) => `--result=${result}=$(step.results.${name}.path)`);
}
