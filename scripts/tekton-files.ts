import { parse } from 'yaml';
import { stepActions } from '../packages/kubernetes/src/tekton/step-action.ts';
import { tasks } from '../packages/kubernetes/src/tekton/task.ts';
import { withSection } from './generated-section.ts';
import { renderManifest } from './manifest.ts';
import { releaseFacts } from './release/release-file.ts';
import { securityTable, type Task } from './task-tables.ts';

/** The Tekton Tasks, by their path from the root of the repository. */
export function renderTekton(): ReadonlyMap<string, string> {
  return render('task', tasks);
}

/** The StepActions that the Tasks' steps are. */
export function renderStepActions(): ReadonlyMap<string, string> {
  return render('stepaction', stepActions);
}

/** The page of the folder, with what each step of the first Task may do. */
export function withTektonTables(page: string): string {
  const [task = ''] = renderTekton().values();
  return withSection(page, 'security', securityTable(parse(task) as Task));
}

/** As catalogs have them: a folder of each kind, and in it one of each name. */
function render(folder: string, make: typeof tasks): ReadonlyMap<string, string> {
  return new Map(
    [...make(releaseFacts())].map(([name, object]) => [
      `tekton/${folder}/${name}/${name}.yaml`,
      renderManifest(object),
    ]),
  );
}
