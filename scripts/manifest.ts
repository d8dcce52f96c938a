import { stringify } from 'yaml';
import type { YamlMapping } from '../packages/kubernetes/src/yaml-value.ts';

const HEAD = `---
# Made from packages/core/src/inputs and packages/kubernetes by "npm run generate"; changes belong there.
`;

/** As YAML 1.1, which Kubernetes reads: `off` is a boolean there. */
export function renderManifest(manifest: YamlMapping): string {
  return `${HEAD}${stringify(manifest, { version: '1.1', lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false })}`;
}
