import { Document, isMap, isNode, type Pair } from 'yaml';
import { type Template, templates } from '../packages/gitlab-ci/src/component/templates.ts';
import type { YamlMapping } from '../packages/gitlab-ci/src/component/yaml-value.ts';
import { byDigest, readRelease } from './release/release-file.ts';

const HEAD = `# Made from packages/core/src/inputs and packages/gitlab-ci/src/component by "npm run generate"; changes belong there.
`;

/** The files of the GitLab components, by their path from the root of the repository. */
export function renderTemplates(): ReadonlyMap<string, string> {
  const made = templates(byDigest(readRelease().toolImage));
  return new Map(made.map((template) => [`gitlab/templates/${template.name}.yml`, renderTemplate(template)]));
}

/** A template as text: GitLab reads the spec from the first of its two documents. */
export function renderTemplate({ spec, jobs }: Template): string {
  return `${HEAD}${yaml(spec)}---\n${yaml(jobs)}`;
}

/** As YAML 1.1, which GitLab reads: `off` is a boolean there. */
function yaml(content: YamlMapping): string {
  const document = new Document(content, { version: '1.1', aliasDuplicateObjects: false });
  if (isMap(document.contents)) document.contents.items.slice(1).forEach(setApart);
  return document.toString({ lineWidth: 0, singleQuote: true, directives: false });
}

function setApart({ key }: Pair): void {
  if (isNode(key)) key.spaceBefore = true;
}
