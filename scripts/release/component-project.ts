import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../bundle.ts';

/** What stands in pages for the repository on GitHub. */
const PLACEHOLDER = 'OWNER/buildpacks-ci';

/**
 * The files of the GitLab project that the components are published by: the folder `gitlab`, with links to the repository that made them.
 *
 * @param repository `owner/name` on GitHub
 * @returns texts by their paths in that project
 */
export function componentProject(repository: string): ReadonlyMap<string, string> {
  const folder = path.join(ROOT, 'gitlab');
  const files = globSync(['**/*', '.gitlab-ci.yml'], { cwd: folder, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
  return new Map(
    paths.map((name) => [name, readFileSync(path.join(folder, name), 'utf8').replaceAll(PLACEHOLDER, repository)]),
  );
}

/** How a project's `.gitlab-ci.yml` includes a release, for its notes. */
export function includeLine(project: string, version: string): string {
  const place = project.replace(/^https:\/\/[^/]+\//, '').replace(/\.git$/, '');
  return `- component: $CI_SERVER_FQDN/${place}/build@${version}`;
}
