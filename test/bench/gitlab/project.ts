import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from '../command.ts';
import { GIT_ENVIRONMENT } from '../git.ts';
import { downloadsOf } from './expanded.ts';

/** What a project's repository holds. */
export interface ProjectFiles {
  /** `.gitlab-ci.yml`, as data: JSON is YAML. */
  readonly pipeline: object;
  /** Contents of files by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Directories and files that are copied, by their paths there. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** A repository with one commit, as GitLab serves it and as it is checked out. */
export interface Project {
  /** The work tree. */
  readonly directory: string;
  /** The folder whose files a web server gives out at `acme/shop.git`. */
  readonly served: string;
  readonly commit: string;
}

/** `CI_SERVER_FQDN`. */
export const INSTANCE = 'gitlab.example.test';

/** `CI_PROJECT_PATH` of every project. */
export const PROJECT_PATH = 'acme/shop';

/** The same commit for the same files. */
const GIT = {
  ...GIT_ENVIRONMENT,
  GIT_AUTHOR_DATE: '2024-05-06T07:08:09Z',
  GIT_COMMITTER_DATE: '2024-05-06T07:08:09Z',
} as const;

/** `CI_COMMIT_TIMESTAMP` of that commit. */
export const COMMIT_TIMESTAMP = '2024-05-06T07:08:09+00:00';

/** Makes the repository in `directory`; `ref` is what its one commit is called: `refs/heads/main`. */
export async function makeProject(directory: string, ref: string, content: ProjectFiles): Promise<Project> {
  const tree = path.join(directory, 'project');
  for (const [name, source] of Object.entries(content.copies ?? {})) {
    await cp(source, path.join(tree, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const [name, text] of Object.entries({ ...content.files, '.gitlab-ci.yml': JSON.stringify(content.pipeline) })) {
    await mkdir(path.dirname(path.join(tree, name)), { recursive: true });
    await writeFile(path.join(tree, name), text);
  }
  const git = (...args: readonly string[]) => command('git', args, { directory: tree, environment: GIT });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--message=bench');
  await git('remote', 'add', 'origin', `https://${INSTANCE}/${PROJECT_PATH}.git`);
  await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  await git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  const commit = (await git('rev-parse', 'HEAD')).trim();
  return { directory: tree, served: await serve(directory, tree, ref, git), commit };
}

/**
 * Makes a project of components, released as `tag`.
 *
 * @param content the folder whose content is the root of the project
 * @returns the environment in which git finds the project on the instance
 */
export async function makeComponentProject(
  directory: string,
  { name, content, tag }: { readonly name: string; readonly content: string; readonly tag: string },
): Promise<Readonly<Record<string, string>>> {
  const tree = path.join(directory, 'components');
  const bare = path.join(directory, 'instance', `${name}.git`);
  await cp(content, tree, { recursive: true });
  const git = (...args: readonly string[]) => command('git', args, { directory: tree, environment: GIT });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--message=bench');
  await git('tag', tag);
  await git('clone', '--quiet', '--bare', tree, bare);
  for (const download of downloadsOf(directory, `${INSTANCE}/${name}/${tag}`)) {
    await cp(path.join(content, 'templates'), path.join(download, 'templates'), { recursive: true });
  }
  // No other project's: whose own remote is elsewhere has no instance, for gitlab-ci-local.
  const urls = [`https://${INSTANCE}/${name}.git`, `https://${INSTANCE}:443/${name}.git`];
  const settings = urls.map((url, index) => [
    [`GIT_CONFIG_KEY_${index}`, `url.${bare}.insteadOf`],
    [`GIT_CONFIG_VALUE_${index}`, url],
  ]);
  return { GIT_CONFIG_COUNT: String(urls.length), ...(Object.fromEntries(settings.flat()) as Record<string, string>) };
}

/** A bare repository for clients that only read files. */
async function serve(
  directory: string,
  tree: string,
  ref: string,
  git: (...args: readonly string[]) => Promise<string>,
): Promise<string> {
  const served = path.join(directory, 'served');
  const bare = path.join(served, `${PROJECT_PATH}.git`);
  await git('clone', '--quiet', '--bare', tree, bare);
  await git('--git-dir', bare, 'update-ref', ref, 'HEAD');
  await git('--git-dir', bare, 'update-server-info');
  return served;
}
