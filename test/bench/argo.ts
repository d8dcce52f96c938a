import { textOf } from './tekton/task-run.ts';
import { ask } from './tekton/program.ts';

/**
 * What Argo's own code finds wrong with its objects: templates as they are applied, Workflows as they are submitted. They may refer to
 * each other's templates.
 *
 * @param sources YAML texts, or files with them
 */
export async function validateWorkflow(sources: readonly string[]): Promise<readonly string[]> {
  return ask('argo', [], sources.map(textOf));
}
