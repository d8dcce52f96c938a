import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError, writeFileWhole } from '@buildpacks-ci/core';
import { ANNOTATIONS, BILLS, DOTENV, REBASE_JSON, REBASE_MARKDOWN, RESULT } from './component/files.ts';

/** What this program keeps in the project, since GitLab takes only files in it. Core leaves it out of every app. */
export const FOLDER = path.dirname(RESULT);

/** Where the files are that GitLab picks up; absolute. */
export interface Folder {
  readonly directory: string;
  readonly dotenv: string;
  readonly annotations: string;
  readonly result: string;
  /** What a rebase did, as JSON and as Markdown. */
  readonly rebase: Readonly<Record<'json' | 'markdown', string>>;
  /** All bills of materials of the build, unless the user wants them elsewhere. */
  readonly sbom: string;
  /** The bill of that name for GitLab's CycloneDX report. */
  bill(name: string): string;
}

export function folderOf(project: string): Folder {
  const directory = path.join(project, FOLDER);
  return {
    directory,
    dotenv: path.join(project, DOTENV),
    annotations: path.join(project, ANNOTATIONS),
    result: path.join(project, RESULT),
    rebase: { json: path.join(project, REBASE_JSON), markdown: path.join(project, REBASE_MARKDOWN) },
    sbom: path.join(directory, 'sbom'),
    bill: (name) => path.join(project, BILLS.replace('*', name)),
  };
}

/**
 * Makes the folder, for us alone to enter, and takes the reports out of it that artifacts of an earlier job have brought: GitLab would
 * take them for this job's.
 *
 * @throws InputError when it can't be made, or the repository has something else in its place
 */
export async function openFolder(project: string): Promise<Folder> {
  const folder = folderOf(project);
  const { directory, dotenv, annotations, result, rebase, sbom } = folder;
  await makeDirectory(directory);
  const reports = [dotenv, annotations, result, rebase.json, rebase.markdown, sbom];
  for (const file of [...reports, ...(await strangers(directory))]) await rm(file, { recursive: true, force: true });
  // For Git the checkout stays as it was.
  await writeFileWhole(path.join(directory, '.gitignore'), [Buffer.from('*\n')]);
  return folder;
}

async function makeDirectory(directory: string): Promise<void> {
  const failure: unknown = await mkdir(directory, { mode: 0o700 }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure === undefined) return;
  const found = await lstat(directory).catch(() => undefined);
  // Artifacts and caches are unpacked by another user in some executors, who then owns it.
  if (found?.isDirectory() === true) return chmod(directory, 0o700).catch(() => undefined);
  const problem =
    found === undefined
      ? {
          message: `"${directory}" can't be made, and reports are to be written there`,
          hint: 'Give the job’s user the right to write to the project’s directory.',
        }
      : {
          message: `"${FOLDER}" in the project is no directory, and reports are to be written there`,
          hint: `Remove "${FOLDER}" from the repository.`,
        };
  throw new InputError([{ input: 'path', ...problem }], { cause: failure });
}

/** Bills of another build; and links, by which a checkout would choose where we write. */
async function strangers(directory: string): Promise<readonly string[]> {
  const [prefix = '', suffix = ''] = path.basename(BILLS).split('*');
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isSymbolicLink() || (entry.name.startsWith(prefix) && entry.name.endsWith(suffix)))
    .map(({ name }) => path.join(directory, name));
}
