import { stringify } from 'yaml';
import { tasks } from '../packages/kubernetes/src/tekton/task.ts';
import type { YamlMapping } from '../packages/kubernetes/src/yaml-value.ts';
import { readRelease } from './release/release-file.ts';

const HEAD = `# Made from packages/core/src/inputs and packages/kubernetes by "npm run generate"; changes belong there.
---
`;

/** The Tekton Tasks, by their path from the root of the repository. */
export function renderTekton(): ReadonlyMap<string, string> {
  const { version, toolImage } = readRelease();
  const made = tasks({ version, toolImage: `${toolImage.repository}@${toolImage.digest}` });
  return new Map([...made].map(([name, task]) => [`tekton/task/${name}/${name}.yaml`, renderManifest(task)]));
}

/** As YAML 1.1, which Kubernetes reads: `off` is a boolean there. */
function renderManifest(manifest: YamlMapping): string {
  return `${HEAD}${stringify(manifest, { version: '1.1', lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false })}`;
}
