import { tasks } from '../packages/kubernetes/src/tekton/task.ts';
import { renderManifest } from './manifest.ts';
import { readRelease } from './release/release-file.ts';

/** The Tekton Tasks, by their path from the root of the repository. */
export function renderTekton(): ReadonlyMap<string, string> {
  const { version, toolImage } = readRelease();
  const made = tasks({ version, toolImage: `${toolImage.repository}@${toolImage.digest}` });
  return new Map([...made].map(([name, task]) => [`tekton/task/${name}/${name}.yaml`, renderManifest(task)]));
}
