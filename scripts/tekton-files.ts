import { stepActions } from '../packages/kubernetes/src/tekton/step-action.ts';
import { tasks } from '../packages/kubernetes/src/tekton/task.ts';
import { renderManifest } from './manifest.ts';
import { readRelease } from './release/release-file.ts';

/** The Tekton Tasks, by their path from the root of the repository. */
export function renderTekton(): ReadonlyMap<string, string> {
  return render('task', tasks);
}

/** The StepActions that the Tasks' steps are. */
export function renderStepActions(): ReadonlyMap<string, string> {
  return render('stepaction', stepActions);
}

/** As catalogs have them: a folder of each kind, and in it one of each name. */
function render(folder: string, make: typeof tasks): ReadonlyMap<string, string> {
  const { version, toolImage } = readRelease();
  const made = make({ version, toolImage: `${toolImage.repository}@${toolImage.digest}` });
  return new Map([...made].map(([name, object]) => [`tekton/${folder}/${name}/${name}.yaml`, renderManifest(object)]));
}
