import { parse } from 'yaml';

/** A step that uses an action, as far as tests look at it. */
export interface ActionStep {
  readonly id?: string;
  /** `owner/name@ref`, or a path. */
  readonly uses: string;
  /** Values as YAML reads them. */
  readonly with: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Partial<ActionStep>[] }>>;
}

/** The steps of all jobs that use an action. */
export function actionSteps(workflow: string): readonly ActionStep[] {
  const { jobs } = parse(workflow) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
  return steps.flatMap((step) => (step.uses === undefined ? [] : [{ with: {}, ...step, uses: step.uses }]));
}
